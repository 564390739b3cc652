"""Every name of the lab's basic scenario gets the outcome and reason that its description says."""

import signal

import harness
from lab import Lab


class LabScenario(harness.Case):

    def setUp(self):
        super().setUp()
        self.lab = Lab(self.folder)
        self.addCleanup(self.lab.stop)

    def check_truth(self, *options):
        truth = self.lab.truth()
        self.assertGreater(len(truth), 20)
        records = self.scan(*self.lab.options(), "--timeout", "500", "--recheck", "0", *options, names=self.lab.names())
        found = {record["name"]: record for record in records}
        for want in truth:
            with self.subTest(name=want["name"]):
                record = found[want["name"]]
                self.assertEqual((record["outcome"], record["reason"]), (want["outcome"], want["reason"]), record)

    def test_one_thread(self):
        self.check_truth("--threads", "1")

    def test_four_threads_with_few_names_in_flight(self):
        self.check_truth("--threads", "4", "--concurrency", "8")

    def test_the_lab_stops_cleanly(self):
        self.assertEqual(self.lab.server.stop(signal.SIGINT), 0)


if __name__ == "__main__":
    harness.main()
