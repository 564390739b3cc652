// A table takes as long to make as some hundred checks, so no worker makes it: its loop would stand
// still for 15 ms. Tested by table_store_test.cc.
#include "scanner/crypto/table_store.h"

#include <openssl/err.h>

#include <algorithm>
#include <cassert>
#include <system_error>
#include <utility>

#include "scanner/crypto/digest.h"

namespace caascan::crypto {

TableStore::TableStore(const TableLimits& limits) : limits_(limits) {
  assert(limits.tables < limits.keys && "one of the keys that are counted has no table");
  (void)Library();  // OpenSSL cleans up after all that was made later than this.
}

TableStore::~TableStore() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

TableStore& TableStore::Shared() {
  static TableStore store;
  return store;
}

std::weak_ptr<const P256Table> TableStore::Count(std::span<const uint8_t> key, uint32_t checks) {
  const std::string text(reinterpret_cast<const char*>(key.data()), key.size());
  const std::lock_guard<std::mutex> lock(mutex_);
  checks_ += checks;
  if (checks_ >= limits_.checks_to_halve) Halve();
  if (entries_.size() == limits_.keys && !entries_.contains(text)) MakeRoom();
  Entry& entry = entries_[text];
  entry.checks += checks;
  if (entry.state == State::kCounting && entry.checks >= limits_.checks_to_earn &&
      FindPlace(entry)) {
    Start(text, &entry);
  }
  return entry.table;
}

void TableStore::MakeRoom() {
  const auto goes_before = [](const Entries::value_type& a, const Entries::value_type& b) {
    return std::pair(a.second.has_place(), a.second.checks) <
           std::pair(b.second.has_place(), b.second.checks);
  };
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), goes_before));
}

void TableStore::Halve() {
  checks_ = 0;
  absl::erase_if(entries_, [](Entries::value_type& each) {
    each.second.checks /= 2;
    return each.second.checks == 0 && !each.second.has_place();
  });
}

/// False where the places are taken by keys that are about as busy, or busier.
bool TableStore::FindPlace(const Entry& entry) {
  if (places_ < limits_.tables) return true;
  Entry* least = nullptr;
  for (auto& [key, other] : entries_) {
    if (other.state == State::kHasTable && (least == nullptr || other.checks < least->checks)) {
      least = &other;
    }
  }
  if (least == nullptr || entry.checks < least->checks + limits_.checks_to_earn) return false;
  least->state = State::kCounting;
  least->table.reset();
  --places_;
  return true;
}

void TableStore::Start(const std::string& key, Entry* entry) {
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { Run(); });
    } catch (const std::system_error&) {
      entry->state = State::kHasNone;  // The system has no thread to give: no table, and no harm.
      return;
    }
  }
  entry->state = State::kMaking;
  ++places_;
  waiting_.push_back(key);
  changed_.notify_all();
}

void TableStore::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const std::string key = std::move(waiting_.front());
    waiting_.pop_front();
    making_ = true;
    lock.unlock();
    std::shared_ptr<const P256Table> table =
        P256Table::Make({reinterpret_cast<const uint8_t*>(key.data()), key.size()});
    if (table == nullptr) ERR_clear_error();
    lock.lock();
    making_ = false;
    Entry& entry = entries_.at(key);  // One that has a place is not erased.
    entry.state = table != nullptr ? State::kHasTable : State::kHasNone;
    if (table == nullptr) --places_;
    entry.table = std::move(table);
    changed_.notify_all();
  }
}

void TableStore::WaitUntilMade() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !making_ && waiting_.empty(); });
}

}  // namespace caascan::crypto
