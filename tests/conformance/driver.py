"""Runs one module of CPython's test suite; the last line is "passed N of-M"."""
import sys
import unittest


class Counting(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    name = sys.argv[1]
    sys.argv[1:] = []
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    runner = unittest.TextTestRunner(resultclass=Counting, verbosity=0)
    result = runner.run(suite)
    sys.stderr.flush()
    print("passed %d of-%d" % (result.passed, result.testsRun))


main()
