package programs;

/// Asks the servers of [Echo], whose ports are the arguments.
final class Client {

    private Client() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println(Echo.askHttp(Integer.parseInt(arguments[0])));
        System.out.println(Echo.askPlain(Integer.parseInt(arguments[1])));
        Descriptors.printKernelSockets();
    }
}
