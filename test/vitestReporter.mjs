/**
 * Reporter for vitest: writes to the file that DISMTS_TEST_REPORT names what test/Invoke-TestSuite.ps1 writes of the Pester suite, counts and what
 * failed. The reporter `json` of vitest knows no failed hooks and no errors outside of tests.
 */
import { writeFileSync } from 'node:fs';

export default class FailureReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: 0, skipped: 0, skippedNames: [], failures: [] };
    const fail = (path, name, errors) => { report.failures.push({ path, name, message: errors[0]?.message ?? '' }); };
    for (const module of modules) {
      const path = module.moduleId;
      if (module.errors().length > 0) { fail(path, '', module.errors()); }
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) { fail(path, suite.fullName, suite.errors()); }
      }
      for (const test of module.children.allTests()) {
        const { state, errors = [] } = test.result();
        // One that is still pending was not to be left out: its process died.
        const counted = state === 'pending' ? 'failed' : state;
        report[counted] += 1;
        if (counted === 'skipped') { report.skippedNames.push(test.fullName); }
        if (counted === 'failed') { fail(path, test.fullName, state === 'pending' ? [{ message: 'it did not end' }] : errors); }
      }
    }
    for (const error of unhandledErrors) { fail('', 'outside of tests', [error.cause ?? error]); }
    writeFileSync(process.env.DISMTS_TEST_REPORT, JSON.stringify(report));
  }
}
