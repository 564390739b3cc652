// A CA's back end: names on standard input, a line each; whether to issue on standard output. One
// scanner serves all of them, and its caches stay warm. Resolvers may be given as arguments.
#include <caascan/engine.h>

#include <iostream>
#include <string>

int main(int argc, char** argv) {
  caascan::ScanOptions options;
  for (int i = 1; i < argc; ++i) options.resolvers.emplace_back(argv[i]);
  const auto scanner = caascan::Scanner::Open(options);
  if (!scanner.ok()) {
    std::cerr << scanner.status().message() << '\n';
    return 1;
  }
  caascan::Inquiry inquiry;
  inquiry.request.issuer_domains = {"letsencrypt.org"};
  inquiry.request.validation_methods = {"http-01"};
  for (std::string name; std::getline(std::cin, name);) {
    const caascan::Record record = (*scanner)->Check({name}, inquiry).front();
    std::cout << record.name << (record.would_issue ? ": issue, " : ": refuse, ")
              << caascan::ReasonCode(record.reason) << std::endl;
  }
}
