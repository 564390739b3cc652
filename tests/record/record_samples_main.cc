// Writes the sample records to standard output, for record_schema_test.py.
#include <cstdio>

#include "tests/record/record_samples.h"

int main() {
  std::string lines;
  for (const caascan::RecordSample& sample : caascan::RecordSamples()) {
    caascan::AppendRecord(sample.record, &lines);
  }
  const bool written = std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}
