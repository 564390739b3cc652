"""dnsdist as a resolver that answers everything with NODATA."""

from harness import Server

ANSWER = 'NegativeAndSOAAction(false, "example.", 300, "ns.example.", "h.example.", 1, 3600, 600, 86400, 300)'


def start(case, address, *rules):
    """Listens at port 53 of the address until the test ends; `rules` go before the answer. It may need a moment."""
    config = case.file(f"dnsdist-{address}.conf", "\n".join([
        f'addLocal("{address}:53")', 'setACL("127.0.0.0/8")', "setSecurityPollSuffix('')", *rules,
        f"addAction(AllRule(), {ANSWER})"]) + "\n")
    server = Server(["dnsdist", "--supervised", "--disable-syslog", "-C", config], case.folder / f"dnsdist-{address}.log")
    case.addCleanup(server.stop)
    return server
