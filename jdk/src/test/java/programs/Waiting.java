package programs;

/// Waits to be told to end, and says so when it is.
final class Waiting {

    private Waiting() {}

    public static void main(String[] arguments) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("told to end")));
        System.out.println("waiting");
        Thread.sleep(60_000);
    }
}
