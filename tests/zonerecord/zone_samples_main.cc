// Prints the samples' lines, for zone_schema_test.py.
#include <cstdio>

#include "tests/zonerecord/zone_samples.h"

int main() {
  for (const auto& sample : caascan::zonerecord::Samples()) {
    std::string line;
    caascan::zonerecord::AppendZoneJson(sample, &line);
    (void)std::puts(line.c_str());
  }
}
