# Sourced by ./sockeye: sockeye_build makes cli/target/sockeye.jar where it is missing or older than the sources. Says what
# it does on standard error, and keeps Maven's output in target/build.log.

sockeye_is_built() { # $1: the repository
  local jar="$1/cli/target/sockeye.jar"
  [ -f "$jar" ] || return 1
  [ -z "$(find "$1"/pom.xml "$1"/*/pom.xml "$1"/*/src/main -newer "$jar" -print -quit)" ]
}

sockeye_build() { # $1: the repository
  sockeye_is_built "$1" && return 0
  mkdir -p "$1/target" 2>/dev/null && [ -w "$1/target" ] || {
    echo "sockeye: cannot build: $1/target is not writable" >&2
    exit 74
  }
  command -v mvn >/dev/null || {
    echo "sockeye: Maven is missing. Install it (Debian: the package maven) and try again." >&2
    exit 69
  }
  # One build at a time; who waited finds it done.
  (
    if command -v flock >/dev/null; then flock 9; fi
    sockeye_is_built "$1" || sockeye_run_build "$1"
  ) 9>"$1/target/build.lock" || exit $?
}

# Sets SOCKEYE_START_CACHE to what makes the JVM start in half the time (JEP 514: a cache of classes that are loaded and
# linked), or to nothing if there is none yet; then one is made meanwhile, for the next time, if the folder can be written to.
# `ss` has one of its own: whatever is in a cache is loaded at once, and with the other commands so is their command line.
sockeye_start_cache() { # $1: the jar, $2: `ss`, or `others`; then the options of the JVM, for which alone it is good
  local jar=$1 commands=$2
  shift 2
  local cache="${jar%.jar}-$commands-${JAVA_HOME##*/}.aot"
  SOCKEYE_START_CACHE=
  if [ "$cache" -nt "$jar" ]; then
    SOCKEYE_START_CACHE=$cache
  elif [ -w "${jar%/*}" ]; then
    sockeye_make_start_cache "$jar" "$commands" "$cache" "$@" </dev/null >/dev/null 2>&1 &
  fi
}

sockeye_make_start_cache() { # $1: the jar, $2: for which commands, $3: the cache; then the options of the JVM
  local jar=$1 commands=$2 cache=$3 new="$3.$$"
  shift 3
  if command -v flock >/dev/null; then
    exec 9>"$cache.lock"
    flock -n 9 || return 0
  fi
  touch "$cache.lock"
  cd /
  nice -n 5 "$JAVA_HOME/bin/java" "$@" "-XX:AOTCacheOutput=$new" \
    -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -cp "$jar" \
    dev.sockeye.cli.Rehearsal "$commands" && [ -s "$new" ] && [ ! "$jar" -nt "$cache.lock" ] && mv -f "$new" "$cache"
  rm -f "$new" "$new.config"
}

sockeye_run_build() {
  local log="$1/target/build.log"
  echo "sockeye: building, which takes about a minute the first time ..." >&2
  if (cd "$1" && mvn --batch-mode --no-transfer-progress -Pquick package -pl cli -am 9>&-) 2>&1 | tee "$log" | sockeye_progress; then
    touch "$1/cli/target/sockeye.jar"
  else
    grep '^\[ERROR\]' "$log" | head -n 5 >&2 || true
    echo "sockeye: the build failed; all of it is in $log" >&2
    exit 70
  fi
}

# The floors as they are built, in one line on a terminal.
sockeye_progress() {
  local line
  while IFS= read -r line; do
    [ -t 2 ] || continue
    case $line in
      *"Building Sockeye "*) printf '\r\033[K  %s' "${line#*Building }" >&2 ;;
    esac
  done
  [ -t 2 ] && printf '\r\033[K' >&2
  return 0
}
