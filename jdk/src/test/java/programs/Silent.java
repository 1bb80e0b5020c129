package programs;

/// Uses no socket, and ends with the exit code that is its argument.
final class Silent {

    private Silent() {}

    public static void main(String[] arguments) {
        System.out.println("silent");
        System.exit(Integer.parseInt(arguments[0]));
    }
}
