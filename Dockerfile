# One image for every stage; the container's argument says which: docker build -t stillstream . && docker run stillstream score
# What the launcher runs is what was built here, so nothing is built when a container starts.

# The teacher on a GPU needs an image with CUDA and cuDNN here; see docker-compose.gpu.yml.
ARG RUNTIME_IMAGE=ubuntu:24.04
# Where the built distribution is taken from: the stage below, or an image that has one at the same places (.ci/compose makes one).
ARG DISTRIBUTION=build

FROM maven:3.9-eclipse-temurin-17 AS build
# The 43 MB CPU library; onnxruntime_gpu is 742 MB and runs on both.
ARG ONNXRUNTIME_ARTIFACT=onnxruntime
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Prelease -pl pipeline -am -DskipTests -Dspotless.check.skip \
      -Donnxruntime.artifact=${ONNXRUNTIME_ARTIFACT} package

FROM ${DISTRIBUTION} AS distribution

# A Java of the modules that are used, and libraries without what is for other systems: together less than half of it all.
FROM ${RUNTIME_IMAGE} AS slim
# Java's installer fails in an image without the directory of manuals.
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jdk-headless zip \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
RUN jlink --output /opt/java --compress=2 --no-header-files --no-man-pages --add-modules \
      java.se,jdk.charsets,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.security.auth,jdk.security.jgss,jdk.unsupported,jdk.zipfs
COPY --from=distribution /src/pipeline/target/stillstream /opt/stillstream/distribution
# 12 is what zip says where there is nothing to remove.
RUN cd /opt/stillstream/distribution/lib \
    && remove() { zip -q -d "$@" || [ $? = 12 ]; } \
    && remove rocksdbjni-*.jar '*-musl.so' '*.jnilib' '*.dll' '*linux32.so' '*ppc64le.so' '*aarch64.so' '*s390x.so' '*riscv64.so' \
    && remove onnxruntime*.jar '*/native/osx-*' '*/native/win-*' '*/native/linux-aarch64*' \
    && remove tokenizers-*.jar 'native/lib/linux-aarch64/*' 'native/lib/osx-*' 'native/lib/win-*' \
    && remove pytorch-jni-*.jar 'jnilib/win-*' 'jnilib/osx-*' 'jnilib/linux-aarch64/*' \
    && remove zstd-jni-*.jar 'aix/*' 'darwin/*' 'freebsd/*' 'win/*' 'linux/a[ar]*' 'linux/[!a]*'
COPY --from=distribution /src/.mvn/launcher.sh /opt/stillstream/.mvn/launcher.sh
COPY --from=distribution /src/stillstream /opt/stillstream/stillstream

FROM ${RUNTIME_IMAGE}
# /data is a stage's own. Libraries are unpacked to the home directory, and what was derived from a model is kept there: half a
# gigabyte that can be made again.
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl libgomp1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && useradd --system --create-home --uid 10001 stillstream \
    && install -d -m 700 -o stillstream -g stillstream /data /home/stillstream
COPY --from=slim /opt /opt
ENV JAVA_HOME=/opt/java STILLSTREAM_DISTRIBUTION=/opt/stillstream/distribution
USER stillstream
WORKDIR /data
VOLUME /data /home/stillstream
EXPOSE 9464
ENTRYPOINT ["/opt/stillstream/stillstream"]
CMD ["--help"]
