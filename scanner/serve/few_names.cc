// Tested end to end by serve_test.py.
#include "scanner/serve/few_names.h"

#include <cassert>
#include <mutex>
#include <utility>

namespace caascan::serve {
namespace {

struct Lookup {
  std::shared_ptr<const void> keeper;
  std::mutex mutex;  // Guards the next two.
  std::vector<Record> records;
  size_t missing = 0;
  std::unique_ptr<Scanner::Batch> batch;  // Ends first.
};

}  // namespace

void LookUpFewNames(const std::shared_ptr<http::Exchange>& exchange, Scanner* scanner,
                    std::shared_ptr<const void> keeper, const Inquiry& inquiry,
                    const std::vector<std::string>& names, const Post& post,
                    std::function<void(std::vector<Record>)> done) {
  assert(!names.empty() && "a response without records needs no look-up");
  const auto lookup = std::make_shared<Lookup>();
  lookup->keeper = std::move(keeper);
  lookup->records.resize(names.size());
  lookup->missing = names.size();
  exchange->OnGone([lookup] { lookup->batch.reset(); });
  // The exchange holds the look-up; what is posted finds out whether it still does.
  const std::weak_ptr<Lookup> weak = lookup;
  lookup->batch = scanner->Begin(inquiry, [at = lookup.get(), weak, post, done = std::move(done)](
                                              uint64_t number, const Record& record) {
    const std::lock_guard lock(at->mutex);
    at->records[number] = record;
    if (--at->missing > 0) return;
    post([weak, done] {
      const auto all = weak.lock();
      if (all == nullptr || all->batch == nullptr) return;
      all->batch.reset();
      done(std::move(all->records));
    });
  });
  for (const std::string& name : names) lookup->batch->Add(name);
  lookup->batch->Flush();
}

}  // namespace caascan::serve
