#include "scanner/net/random_bits.h"

#include <absl/random/random.h>

namespace caascan::net {

struct RandomBits::Generator {
  absl::BitGen bits;
};

RandomBits::RandomBits() : generator_(std::make_unique<Generator>()) {}
RandomBits::~RandomBits() = default;

void RandomBits::Refill() {
  for (uint64_t& word : block_) word = generator_->bits();
  left_ = block_.size();
}

}  // namespace caascan::net
