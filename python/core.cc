// The part of the Python package that is C++: scanners, their batches, and the decision.
#include <caascan/ca_set.h>
#include <caascan/caa.h>
#include <caascan/engine.h>
#include <caascan/known_cas.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace {

void AskFor(caascan::IssuanceRequest* request, const std::string& purpose) {
  const auto known = caascan::FindPurpose(purpose);
  if (!known) throw py::value_error("the purpose is none of tls, smime and mark");
  request->purpose = *known;
}

caascan::IssuanceRequest MakeRequest(const std::vector<std::string>& cas, bool wildcard,
                                     std::vector<std::string> account_uris,
                                     std::vector<std::string> validation_methods,
                                     const std::string& purpose) {
  caascan::IssuanceRequest request;
  for (const std::string& ca : cas) {
    const auto domains = caascan::IssuerDomainsOf(ca);
    if (!domains.ok()) throw py::value_error(std::string(domains.status().message()));
    request.issuer_domains.insert(request.issuer_domains.end(), domains->begin(), domains->end());
  }
  request.wildcard = wildcard;
  request.account_uris = std::move(account_uris);
  request.validation_methods = std::move(validation_methods);
  AskFor(&request, purpose);
  request.uses_exception = caascan::UsesException(request.issuer_domains);
  return request;
}

/// One call's names. Records wait here, as lines of JSON, until Python takes them.
class Stream {
 public:
  Stream(std::shared_ptr<caascan::Scanner> scanner, caascan::Inquiry inquiry)
      : scanner_(std::move(scanner)),
        batch_(scanner_->Begin(std::move(inquiry), [this](uint64_t, const caascan::Record& record) {
          std::string line;
          caascan::AppendRecord(record, &line);
          const std::lock_guard lock(mutex_);
          ready_.push_back(std::move(line));
          changed_.notify_one();
        })) {}
  ~Stream() {
    const py::gil_scoped_release release;  // An engine's thread may be in the callback.
    batch_.reset();
  }

  void Add(std::string_view line) {
    if (batch_->AddLine(line, ++lines_)) ++missing_;
  }

  /// The next record's line; None where none is missing.
  std::optional<std::string> Next() {
    constexpr std::chrono::milliseconds kBetweenSignals(100);
    batch_->Flush();
    while (missing_ > 0) {
      {
        const py::gil_scoped_release release;
        std::unique_lock lock(mutex_);
        (void)changed_.wait_for(lock, kBetweenSignals, [this] { return !ready_.empty(); });
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      const std::lock_guard lock(mutex_);
      if (ready_.empty()) continue;
      --missing_;
      std::string line = std::move(ready_.front());
      ready_.pop_front();
      return line;
    }
    return std::nullopt;
  }

  size_t missing() const { return missing_; }

 private:
  const std::shared_ptr<caascan::Scanner> scanner_;
  uint64_t lines_ = 0;
  size_t missing_ = 0;
  std::mutex mutex_;  // Guards the next two.
  std::deque<std::string> ready_;
  std::condition_variable changed_;
  std::unique_ptr<caascan::Scanner::Batch> batch_;  // Ends first.
};

std::shared_ptr<caascan::Scanner> Open(const std::vector<std::string>& resolvers,
                                       const std::string& root_hints,
                                       const std::string& trust_anchor, uint16_t port,
                                       const std::string& dnssec, bool allow_special,
                                       double timeout, unsigned recheck, unsigned threads) {
  caascan::ScanOptions options;
  options.resolvers = resolvers;
  options.root_hints_path = root_hints;
  options.trust_anchor_path = trust_anchor;
  options.port = port;
  if (dnssec != "validate" && dnssec != "off" && dnssec != "auto") {
    throw py::value_error("dnssec is validate, auto or off");
  }
  options.dnssec = dnssec == "off"    ? caascan::DnssecMode::kOff
                   : dnssec == "auto" ? caascan::DnssecMode::kAuto
                                      : caascan::DnssecMode::kValidate;
  options.allow_special = allow_special;
  if (!(timeout > 0 && timeout <= 600)) throw py::value_error("timeout is up to 600 seconds");
  options.timeout = std::chrono::milliseconds(static_cast<int64_t>(timeout * 1000) + 1);
  options.recheck = recheck;
  options.threads = threads;
  const py::gil_scoped_release release;
  auto scanner = caascan::Scanner::Open(options);
  if (scanner.ok()) return *std::move(scanner);
  const py::gil_scoped_acquire acquire;
  throw py::value_error(std::string(scanner.status().message()));
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  using namespace py::literals;  // NOLINT(google-build-using-namespace): pybind11's own idiom.

  py::class_<caascan::IssuanceRequest>(module, "Request")
      .def(py::init(&MakeRequest), "ca"_a, "wildcard"_a, "account_uris"_a, "validation_methods"_a,
           "purpose"_a)
      .def_readwrite("wildcard", &caascan::IssuanceRequest::wildcard)
      .def("ask_for", &AskFor, "purpose"_a)
      .def_readonly("uses_exception", &caascan::IssuanceRequest::uses_exception);

  module.def(
      "decide",
      [](const std::vector<std::tuple<uint8_t, py::bytes, py::bytes>>& records,
         const caascan::IssuanceRequest& request) {
        std::vector<caascan::CaaRecord> rrset;
        for (const auto& [flags, tag, value] : records) rrset.push_back({flags, tag, value});
        const caascan::Decision decision = caascan::Decide(rrset, request);
        return std::pair(decision.permit, caascan::DecisionReasonCode(decision.reason));
      },
      "records"_a, "request"_a);

  // Its threads end without Python's lock, which none of them takes.
  py::class_<caascan::Scanner, std::shared_ptr<caascan::Scanner>>(module, "Scanner")
      .def(py::init(&Open), "resolvers"_a, "root_hints"_a, "trust_anchor"_a, "port"_a, "dnssec"_a,
           "allow_special"_a, "timeout"_a, "recheck"_a, "threads"_a)
      .def("notices", &caascan::Scanner::notices);

  py::class_<Stream>(module, "Stream")
      .def(py::init([](std::shared_ptr<caascan::Scanner> scanner,
                       const caascan::IssuanceRequest& request, bool fresh, bool thorough) {
             caascan::Inquiry inquiry;
             inquiry.request = request;
             inquiry.fresh = fresh;
             inquiry.thorough = thorough;
             return std::make_unique<Stream>(std::move(scanner), std::move(inquiry));
           }),
           "scanner"_a, "request"_a, "fresh"_a, "thorough"_a)
      .def("add", &Stream::Add)
      .def("next", &Stream::Next)
      .def_property_readonly("missing", &Stream::missing);
}
