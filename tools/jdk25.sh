# Sourced by ./sockeye and ./verify: sets JAVA_HOME to a JDK 25 or newer, or says what is missing and exits with 69 (EX_UNAVAILABLE).
# Looked at, in this order: SOCKEYE_JAVA_HOME, JAVA_HOME, the java on PATH, and the places where JDKs are installed.

sockeye_jdk_major() { # prints the feature release of the JDK in $1, nothing if there is none
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

sockeye_find_jdk() {
  local candidate major on_path
  on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}
  for candidate in "${SOCKEYE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$on_path" \
      /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] && [ -d "$candidate" ] || continue
    major=$(sockeye_jdk_major "$candidate")
    if [ -n "$major" ] && [ "$major" -ge 25 ]; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  echo "sockeye: no JDK 25 found. Install one (Debian: a package such as temurin-25-jdk or openjdk-25-jdk) or set SOCKEYE_JAVA_HOME to its folder." >&2
  exit 69
}

sockeye_find_jdk
