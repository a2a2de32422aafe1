# One image for every stage; the container's argument says which: docker build -t stillstream . && docker run stillstream score
# What the launcher runs is what was built here, so nothing is built when a container starts.

# The teacher on a GPU needs an image with CUDA and cuDNN here; see docker-compose.gpu.yml.
ARG RUNTIME_IMAGE=ubuntu:24.04

FROM maven:3.9-eclipse-temurin-17 AS build
# The 43 MB CPU library; onnxruntime_gpu is 742 MB and runs on both.
ARG ONNXRUNTIME_ARTIFACT=onnxruntime
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -Prelease -pl pipeline -am -DskipTests -Dspotless.check.skip \
      -Donnxruntime.artifact=${ONNXRUNTIME_ARTIFACT} package

FROM ${RUNTIME_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jre-headless curl libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 stillstream \
    && install -d -o stillstream -g stillstream /data
COPY --from=build /src/pipeline/target/stillstream /opt/stillstream/distribution
COPY --from=build /src/.mvn/launcher.sh /opt/stillstream/.mvn/launcher.sh
COPY --from=build /src/stillstream /opt/stillstream/stillstream
ENV STILLSTREAM_DISTRIBUTION=/opt/stillstream/distribution
USER stillstream
WORKDIR /data
VOLUME /data
EXPOSE 9464
ENTRYPOINT ["/opt/stillstream/stillstream"]
CMD ["--help"]
