// A record's member `persist`, for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace caascan::explain {

/// The TXT records at `_validation-persist.NAME`, and what they are worth. Printable text.
struct PersistView {
  std::string heading;
  bool good = false;    // One of the records is valid.
  std::string verdict;  // One sentence.
  struct Text {
    std::string value;   // As a zone file has it.
    std::string result;  // Its code, with what is wrong or until when it counts.
  };
  std::vector<Text> texts;
  size_t all = 0;  // Records that there are; `texts` has the first of them.
};

/// nullopt where the record has no such member, or it cannot be read. Any thread.
std::optional<PersistView> ReadPersistView(std::string_view record);

}  // namespace caascan::explain
