// Which NSEC3 records of a zone file belong to which of its names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>

#include "scanner/input/name_job.h"
#include "scanner/io/record_sorter.h"
#include "scanner/plan/job_line.h"
#include "scanner/plan/line_sorter.h"
#include "scanner/zonefile/zone_proof.h"

namespace caascan::plan {

/// Takes the NSEC3 records of zone files, and lines of names without DS. Gives the lines back with
/// the records that match or cover the hash of the name: these and the apex's prove that there is
/// no DS (RFC 5155 §8.6), for a name one label below its zone. Others are given back without, and
/// their zone is asked. Bounded memory, in temporary files of `folder`. One thread at a time.
class DenialJoin final : public zonefile::DenialSink {
 public:
  explicit DenialJoin(const std::string& folder);

  void TakeDenial(dns::NameView zone, dns::NameView owner, dns::RRType type,
                  std::span<const uint8_t> rdata) override;
  void NoteUnreadable() override {}

  /// Takes a line where that helps: the job is a delegation without DS, and of its zone there are
  /// NSEC3 records. False, and nothing taken, otherwise. Before Finish(); numbers differ.
  bool Take(const input::NameJob& job, uint64_t number, std::string_view line);

  void Finish();
  /// The next line, in no order that means something. False at the end, and where status() is not
  /// OK. After Finish().
  bool Next();
  // Of that line, until the next call.
  const std::string& line() const { return wanted_.line(); }
  uint64_t number() const { return wanted_.number(); }
  const std::vector<Denial>& denials() const { return denials_; }
  uint16_t zone() const;

  /// The records at the apex of a zone; all of them once Next() has said false.
  const std::vector<Denial>& apex(uint16_t zone) const { return zones_[zone].apex; }

  const absl::Status& status() const {
    return records_.status().ok() ? wanted_.status() : records_.status();
  }
  /// How many records were taken.
  uint64_t taken() const { return records_.added(); }

 private:
  /// Of a zone file with NSEC3 records.
  struct Zone {
    dns::Name name;
    bool has_parameters = false;
    uint16_t iterations = 0;
    std::string salt;
    std::string last_hash;  // The greatest: its span goes around the end.
    std::vector<Denial> last;
    std::vector<Denial> apex;
  };

  std::optional<uint16_t> ZoneAbove(dns::NameView name) const;
  bool ReadNextGroup();
  void FindDenials(std::string_view key);

  std::vector<Zone> zones_;
  absl::flat_hash_map<std::string, uint16_t> zone_of_;  // By name in wire form, lower case.
  io::RecordSorter records_;
  LineSorter wanted_;

  // The records at one hash, and the first record behind them.
  std::string group_key_;
  std::vector<Denial> group_;
  std::string ahead_;
  std::vector<Denial> denials_;
};

}  // namespace caascan::plan
