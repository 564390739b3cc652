// Names that show a fault: a few for each operator, top-level domain, reason and code of a finding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/counts/bounded_table.h"
#include "scanner/record/record_view.h"
#include "scanner/report/table.h"

namespace caascan::report {

/// A Sample whose texts lie elsewhere.
struct SampleView {
  std::string_view name;
  std::string_view what;
  std::string_view host;
  std::string_view address;
};

/// A value; one thread at a time.
struct SampleRow {
  static constexpr size_t kMost = 3;

  uint64_t names = 0;
  std::vector<Sample> samples;  // The first ones of all names, by name; one a name.

  uint64_t weight() const { return names; }
  void Add(const SampleView& sample);
  void Merge(const SampleRow& other);
};

/// A value; one thread at a time. The order of the records does not matter.
class Samples {
 public:
  /// Takes a name whose look-up failed, or that has findings. `operator_name` may be empty.
  void Add(const record::RecordView& record, std::string_view operator_name);
  void Merge(const Samples& other) { rows_.Merge(other.rows_); }
  void MoveRowsInto(Samples* sum) { rows_.MoveInto(&sum->rows_); }
  size_t rows() const { return rows_.size(); }
  template <typename Self, typename Archive>
  static void Visit(Self& self, Archive& archive) {
    archive.Table("samples", self.rows_);
  }

  /// Those of the `most` keys with the most names.
  std::vector<SampleList> Lists(size_t most) const;

 private:
  void Put(std::string_view kind, std::string_view text, const SampleView& sample);

  static constexpr size_t kMaxRows = size_t{1} << 15;
  counts::BoundedTable<SampleRow> rows_{kMaxRows};  // By "kind/text".
  std::string key_;                                 // Kept for its memory.
};

}  // namespace caascan::report
