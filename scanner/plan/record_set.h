// Which names a chunk's result must hold, in 16 octets.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace caascan::plan {

/// The sum of digests of all records, so that their order does not matter and equal ones count. It
/// finds what is missing, too much or of another name by accident; a forger could make one that
/// fits. A record stands for its line by name, input, id and order, as for --resume. One thread at
/// a time.
class RecordSet {
 public:
  RecordSet();
  ~RecordSet();
  RecordSet(RecordSet&&) noexcept = default;
  RecordSet& operator=(RecordSet&&) noexcept = default;

  /// `id` and `order` as raw JSON; what is absent is empty.
  void Add(std::string_view name, std::string_view input, std::string_view id,
           std::string_view order);
  uint64_t count() const { return count_; }
  /// 32 hexadecimal digits in lower case.
  std::string Digest() const;

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, FreeContext> context_;
  std::string text_;
  std::array<uint64_t, 2> sum_{};
  uint64_t count_ = 0;
};

}  // namespace caascan::plan
