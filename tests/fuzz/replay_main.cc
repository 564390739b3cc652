// Runs a fuzz target without a fuzzer: over its committed corpus, then over so many mutations of
// it, or for so long (60s). The same inputs every time, so a failure can be run again.
//
//   x_fuzz CORPUS_DIRECTORY [MUTATIONS|SECONDSs [SEED]]
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
/// Where a target has it: has the corpus, all of which was run, met what the target looks at?
extern "C" __attribute__((weak)) bool CorpusIsTelling();

namespace {

using Input = std::vector<uint8_t>;
using Random = std::mt19937_64;

constexpr size_t kMaxInputSize = 4096;
constexpr unsigned long kDefaultMutations = 200000;
constexpr unsigned long kDefaultSeed = 20261121;

std::vector<Input> ReadCorpus(const std::string& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // The directory's own order differs between machines.
  std::vector<Input> corpus;
  corpus.reserve(paths.size());
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

size_t Below(size_t bound, Random* random) { return static_cast<size_t>((*random)() % bound); }

/// One small change. The octets put in are those that parsers care about, half of the time.
void Mutate(const std::vector<Input>& corpus, Random* random, Input* input) {
  static constexpr uint8_t kTelling[] = {0,    1,   0x0c, 0x3f, 0x40, 0xc0, 0xff, '.',
                                         '\\', ';', '=',  ' ',  ',',  '-',  '9',  'a'};
  const uint8_t octet = (*random)() % 2 == 0 ? kTelling[Below(std::size(kTelling), random)]
                                             : static_cast<uint8_t>((*random)());
  const size_t at = Below(input->size() + 1, random);
  const auto place = input->begin() + static_cast<std::ptrdiff_t>(at);
  switch ((*random)() % 5) {
    case 0:
      input->insert(place, octet);
      break;
    case 1:
      if (place != input->end()) input->erase(place);
      break;
    case 2:
      input->erase(place, input->end());
      break;
    case 3: {  // The rest of another input behind the front of this one.
      const Input& other = corpus[Below(corpus.size(), random)];
      const size_t from = Below(other.size() + 1, random);
      input->erase(place, input->end());
      input->insert(input->end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      break;
    }
    default:
      if (place != input->end()) *place = octet;
  }
}

/// In memory of exactly its size, so that AddressSanitizer sees a read behind it.
void Run(const Input& input) {
  const auto exact = std::make_unique<uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

/// How many mutations, or for how long, and from which seed.
struct Plan {
  unsigned long mutations = kDefaultMutations;
  std::chrono::seconds time{0};  // Zero: `mutations` holds.
  unsigned long seed = kDefaultSeed;
};

Plan PlanOf(int argc, char** argv) {
  Plan plan;
  if (argc > 2) {
    char* end = nullptr;
    plan.mutations = std::strtoul(argv[2], &end, 10);
    if (*end == 's') plan.time = std::chrono::seconds(plan.mutations);
  }
  if (argc > 3) plan.seed = std::strtoul(argv[3], nullptr, 10);
  return plan;
}

unsigned long RunMutations(const std::vector<Input>& corpus, const Plan& plan) {
  Random random(plan.seed);
  const auto end = std::chrono::steady_clock::now() + plan.time;
  unsigned long done = 0;
  const auto goes_on = [&] {
    return plan.time.count() == 0 ? done < plan.mutations : std::chrono::steady_clock::now() < end;
  };
  for (; goes_on(); ++done) {
    Input input = corpus[Below(corpus.size(), &random)];
    for (size_t changes = 1 + Below(6, &random); changes > 0; --changes) {
      Mutate(corpus, &random, &input);
    }
    input.resize(std::min(input.size(), kMaxInputSize));
    Run(input);
  }
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    (void)std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY [MUTATIONS|SECONDSs [SEED]]\n", argv[0]);
    return 2;
  }
  const std::vector<Input> corpus = ReadCorpus(argv[1]);
  if (corpus.empty()) {
    (void)std::fprintf(stderr, "%s: no corpus\n", argv[1]);
    return 1;
  }
  for (const Input& input : corpus) Run(input);
  if (CorpusIsTelling != nullptr && !CorpusIsTelling()) {
    (void)std::fprintf(stderr, "%s: the corpus does not show what it was made for\n", argv[1]);
    return 1;
  }
  const Plan plan = PlanOf(argc, argv);
  const unsigned long mutations = RunMutations(corpus, plan);
  (void)std::printf("%zu inputs and %lu mutations\n", corpus.size(), mutations);
  return 0;
}
