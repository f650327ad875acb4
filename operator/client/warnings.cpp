#include "operator/client/warnings.hpp"

#include <optional>

namespace client {
namespace {

constexpr std::size_t longest_text = 1000;

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void skip(std::string_view characters) {
    auto const at = rest_.find_first_not_of(characters);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
  }
  bool done() const { return rest_.empty(); }
  std::string_view word() {
    auto const word = rest_.substr(0, rest_.find_first_of(" \t,"));
    rest_.remove_prefix(word.size());
    skip(" \t");
    return word;
  }
  std::optional<std::string> quoted() {
    if (!rest_.starts_with('"')) return std::nullopt;
    std::string text;
    for (std::size_t at = 1; at < rest_.size(); ++at) {
      if (rest_[at] == '"') {
        rest_.remove_prefix(at + 1);
        skip(" \t");
        return text;
      }
      if (rest_[at] == '\\' && ++at == rest_.size()) break;
      text += rest_[at];
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::vector<std::string> warning_texts(std::string_view field) {
  std::vector<std::string> texts;
  Reader reader(field);
  for (reader.skip(" \t,"); !reader.done(); reader.skip(" \t,")) {
    auto const code = reader.word();
    auto const agent = reader.word();
    auto text = reader.quoted();
    if (agent.empty() || !text) break;
    (void)reader.quoted();  // the date
    if (text->size() > longest_text) text->resize(longest_text);
    if (code == "299" && !text->empty()) texts.push_back(*std::move(text));
  }
  return texts;
}

}  // namespace client
