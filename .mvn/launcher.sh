# Sourced by ./stillstream and ./stillstream-bench: starts a module's main class, and builds the module first when it was not
# built from the sources as they are now. Needs bash 3.2, which is what macOS has, or newer.

# launch MODULE MAIN_CLASS ARGUMENT...
# Expects home, the directory of the sources, and libraries, the directories of the jars that the module runs with: first the one
# with its own jar.
launch() {
  module=$1 main=$2
  shift 2
  stamp=${libraries[0]%/lib}/built
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  require_java
  if [ -z "${STILLSTREAM_DISTRIBUTION:-}" ]; then
    is_fresh || build
  else
    # The product's libraries are the last; benchmarks keep the jar of their own.
    libraries[${#libraries[@]} - 1]=$STILLSTREAM_DISTRIBUTION/lib
    local directory
    for directory in "${libraries[@]}"; do
      [ -d "$directory" ] || fail "STILLSTREAM_DISTRIBUTION is $STILLSTREAM_DISTRIBUTION, but there is no directory $directory; expected a built distribution"
    done
  fi

  # Two native thread pools share the cores: a thread that has nothing to do must sleep, not spin.
  export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"
  # One pool of native memory for all threads: each of their own would keep the most that it once needed.
  export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
  # Logs, answers and models are made of people's prompts; who else may read them is for the user to say.
  umask "${STILLSTREAM_UMASK:-077}"
  local terminal=false columns=80
  if [ -t 1 ]; then terminal=true columns=$(tput cols 2>/dev/null || echo 80); fi
  # shellcheck disable=SC2086
  exec "$java" -XX:+ExitOnOutOfMemoryError \
    -Dstillstream.terminal=$terminal -Dstillstream.columns="$columns" ${STILLSTREAM_JAVA_OPTIONS:-} \
    -cp "$(printf '%s/*:' "${libraries[@]}")" "$main" "$@"
}

say() {
  echo "$(basename "$0"): $*" >&2
}

fail() {
  say "$*"
  exit 1
}

require_java() {
  local where="on the PATH" version
  if [ -n "${JAVA_HOME:-}" ]; then where="in JAVA_HOME, which is $JAVA_HOME"; fi
  command -v "$java" > /dev/null || fail "there is no java $where; install JDK 17 or newer"
  version=$("$java" -version 2>&1 || true)
  local major
  major=$(sed -nE 's/.* version "(1\.)?([0-9]+).*/\2/p' <<< "$version")
  [ -n "$major" ] || fail "the java $where does not run; 'java -version' says: $version"
  [ "$major" -ge 17 ] || fail "the java $where is version $major; expected 17 or newer"
}

# Whether the jars are those that a launcher built last, from the sources as they are now.
is_fresh() {
  [ -f "$stamp" ] && [ "$(sources; products)" = "$(cat "$stamp")" ]
}

# A line for each file that goes into the jars: its hash, not its time, which a copy or a checkout changes. What begins with a dot
# is none: a teacher that is run from the sources gets derived graphs there.
sources() {
  (cd "$home" && find pom.xml ./*/pom.xml ./*/src/main .mvn/*.config -name '.?*' -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 "${sha256[@]}")
}

# A line for each jar, so that what 'mvn package' made of another commit is not taken for the launcher's: the project's own by
# hash, libraries by size.
products() (
  shopt -s nullglob
  for library in "${libraries[@]}"; do
    cd "$library" 2> /dev/null || continue
    own=(/dev/null)
    for pom in "$home"/*/pom.xml; do
      name=${pom%/pom.xml}
      own+=("${name##*/}"-[0-9]*.jar)
    done
    "${sha256[@]}" "${own[@]}"
    wc -c -- /dev/null *.jar
  done
)

build() {
  [ -f "$home/$module/pom.xml" ] || fail "there is no module $module in $home to build"
  command -v mvn > /dev/null || fail "there is no mvn on the PATH; building needs Maven 3.8 or newer"
  command -v "${java}c" > /dev/null || fail "there is java but no javac beside it; building needs a JDK, 17 or newer"
  state=$home/target/launcher child=''
  mkdir -p "$state"
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  trap 'interrupted 129' HUP
  lock
  # While this one waited, another may have built it.
  is_fresh || run_maven
  exec 9>&-
  trap - INT TERM HUP
}

run_maven() {
  local before status=0
  if [ -e "$state/building" ]; then
    say "the last build was interrupted; building everything again"
    # Maven would keep a half-written jar or class, which is newer than what it is made of.
    rm -rf "$home"/*/target/{classes,maven-status,*.jar,stillstream,stillstream-bench}
  elif [ -f "$stamp" ]; then
    # Maven goes by times, and a file that changed can be older than its class: unpacked, or copied with its time.
    (sources | grep -vxFf "$stamp" || true) | while IFS= read -r line; do touch -c "$home/${line#* [ *]}"; done
    # Libraries whose version changed would stay beside the new ones, and be used.
    if [ -n "$(sources | grep -vxFf "$stamp" | grep 'pom\.xml$')" ]; then rm -rf "${libraries[@]}"; fi
  fi
  before=$(sources)
  rm -f "$stamp"
  touch "$state/building"
  say "building (it takes some minutes; the first time, Maven fetches about 1.1 GB of libraries)"
  # In the background, because a signal to this shell would otherwise wait for it to end.
  mvn -q -f "$home/pom.xml" -pl "$module" -am -DskipTests -Dspotless.check.skip package < /dev/null >&2 &
  child=$!
  wait "$child" || status=$?
  child=''
  if [ $status -ge 128 ]; then fail "the build was killed: mvn ended with exit code $status"; fi
  if [ $status != 0 ]; then
    # Maven would keep a library whose copy failed halfway.
    rm -rf "${libraries[@]}"
    rm "$state/building"
    fail "the build failed: mvn ended with exit code $status, and says why above"
  fi
  (echo "$before"; products) > "$state/built"
  mv "$state/built" "$stamp"
  rm "$state/building"
}

interrupted() {
  if [ -n "$child" ]; then
    kill "$child" 2> /dev/null || true
    wait "$child" || true
  fi
  exit "$1"
}

# Waits until no other launcher builds in this tree. The lock is on a file descriptor, which Maven inherits: where Maven outlives
# its launcher, nobody else builds.
lock() {
  exec 9> "$state/lock"
  if ! locked now; then
    say "waiting for another start to build (lock in $state)"
    locked &
    child=$!
    wait "$child"
    child=''
  fi
}

# Locks descriptor 9, with flock(1) or, where there is none, as on macOS, with Perl. With an argument it fails instead of waiting.
locked() {
  if command -v flock > /dev/null; then
    flock ${1:+-n} 9
  elif command -v perl > /dev/null; then
    perl -MFcntl=:flock -e 'open my $lock, ">&=9" or die "$!\n"; exit !flock $lock, LOCK_EX | (@ARGV ? LOCK_NB : 0)' "$@"
  else
    fail "there is neither flock nor perl on the PATH; building needs one of them"
  fi
}

if command -v sha256sum > /dev/null; then sha256=(sha256sum); else sha256=(shasum -a 256); fi
