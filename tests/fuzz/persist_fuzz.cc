// Any octets as a persistent validation record. What is valid for a wildcard is so for the name,
// and for some account; it stays so when blanks are put around it; and the record's member reads
// back as it was written.
#include <cstdlib>

#include "scanner/record/persist_member.h"

namespace {

using caascan::PersistResult;

constexpr uint64_t kNow = 1'800'000'000;

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  caascan::IssuanceRequest request;
  request.issuer_domains = {"ca.example"};
  const auto plain = caascan::JudgePersistRecord(text, request, kNow);
  Require(caascan::JudgePersistRecord("\t " + text + " ", request, kNow).result == plain.result);
  Require(plain.result != PersistResult::kAccountUriMismatch);
  Require(plain.result != PersistResult::kPolicyMismatch);
  Require((plain.result == PersistResult::kMalformed) == !plain.detail.empty());
  const bool valid = plain.result == PersistResult::kValid;
  request.wildcard = true;
  Require(valid ||
          caascan::JudgePersistRecord(text, request, kNow).result != PersistResult::kValid);

  caascan::PersistReport report;
  report.result = plain.result;
  report.records = {plain};
  std::string written;
  caascan::record::AppendPersist(report, &written);
  caascan::PersistReport read;
  Require(caascan::record::ReadPersist(written, &read));
  Require(read.records.size() == 1 && read.records[0].text == text);
  return 0;
}
