# Sourced by ./sockeye and ./verify: sets JAVA_HOME to a JDK 25 or newer, or says what is missing and exits with 69 (EX_UNAVAILABLE).
# Looked at, in this order: SOCKEYE_JAVA_HOME, JAVA_HOME, the java on PATH, and the places where JDKs are installed.
# Starts no other program where the shell can do it: commands like `ss` are to start at once.

sockeye_is_jdk() { # whether $1 is a JDK of feature release 25 or newer
  local line major
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=\"*)
        major=${line#*\"}
        major=${major%%[!0-9]*}
        [ -n "$major" ] && [ "$major" -ge 25 ]
        return
        ;;
    esac
  done <"$1/release"
  return 1
}

sockeye_use_jdk() { # whether $1 is one; if so, it is what is used
  [ -n "$1" ] && sockeye_is_jdk "$1" || return 1
  JAVA_HOME=$1
  export JAVA_HOME
}

sockeye_find_jdk() {
  local candidate on_path
  sockeye_use_jdk "${SOCKEYE_JAVA_HOME:-}" && return 0
  sockeye_use_jdk "${JAVA_HOME:-}" && return 0
  on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
  for candidate in "$on_path" \
      /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    sockeye_use_jdk "$candidate" && return 0
  done
  echo "sockeye: no JDK 25 found. Install one (Debian: a package such as temurin-25-jdk or openjdk-25-jdk) or set SOCKEYE_JAVA_HOME to its folder." >&2
  exit 69
}

sockeye_find_jdk
