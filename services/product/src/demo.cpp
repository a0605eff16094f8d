#include "demo.h"

#include <cctype>
#include <iostream>
#include <numeric>
#include <random>
#include <stdexcept>

#include "chassis/id.h"

namespace product {
namespace {

constexpr std::int64_t categories = 10;
constexpr std::int64_t minutes_apart = 30;

struct Value {
  std::string text;
  std::string note;
  std::int64_t percent = 100;
};

/// A slot that stands in a kind's name, with its values.
struct Choice {
  std::string name;
  std::vector<Value> values;
};

Value value_from(const std::string& text) {
  const auto first = text.find('|');
  if (first == std::string::npos) return {text, "", 100};
  const auto second = text.find('|', first + 1);
  if (second == std::string::npos) return {text.substr(0, first), text.substr(first + 1), 100};
  return {text.substr(0, first), text.substr(first + 1, second - first - 1),
          std::stoll(text.substr(second + 1))};
}

const DemoSlot& slot_named(const DemoMaterial& material, const std::string& name) {
  for (const auto& slot : material.slots) {
    if (slot.name == name) return slot;
  }
  throw std::runtime_error{"demo material names a slot that is missing: " + name};
}

std::vector<Choice> choices_of(const DemoMaterial& material, const DemoKind& kind) {
  std::vector<Choice> choices;
  for (auto at = kind.name.find('{'); at != std::string::npos; at = kind.name.find('{', at + 1)) {
    Choice choice{kind.name.substr(at + 1, kind.name.find('}', at) - at - 1), {}};
    for (const auto& text : slot_named(material, choice.name).values) {
      choice.values.push_back(value_from(text));
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string filled(std::string text, const std::vector<Choice>& choices,
                   const std::vector<const Value*>& values) {
  for (std::size_t i = 0; i < choices.size(); ++i) {
    auto sentence = values[i]->note;
    if (!sentence.empty()) {
      sentence[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence[0])));
    }
    replace_all(text, "{" + choices[i].name + "}", values[i]->text);
    replace_all(text, "{" + choices[i].name + ".note}", values[i]->note);
    replace_all(text, "{" + choices[i].name + ".note+}", sentence);
  }
  return text;
}

std::size_t combinations(const std::vector<Choice>& choices) {
  std::size_t count = 1;
  for (const auto& choice : choices) count *= choice.values.size();
  return count;
}

/// The n-th of all choices of values, in an order in which neighbours differ in most of them.
std::vector<const Value*> pick(const std::vector<Choice>& choices, std::size_t n) {
  const auto count = combinations(choices);
  auto step = count * 5 / 8 + 1;
  while (std::gcd(step, count) != 1) ++step;
  auto left = n * step % count;
  std::vector<const Value*> values;
  for (const auto& choice : choices) {
    values.push_back(&choice.values[left % choice.values.size()]);
    left /= choice.values.size();
  }
  return values;
}

/// A price as shops have it: 18.90, 145.00, 1,290.00.
std::int64_t rounded(std::int64_t amount) {
  if (amount < 10'000) return (amount + 50) / 100 * 100 - 10;
  const std::int64_t step = amount < 50'000 ? 500 : 1'000;
  return (amount + step / 2) / step * step;
}

std::int64_t between(std::mt19937_64& dice, std::int64_t least, std::int64_t most) {
  return least + static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(most - least + 1));
}

std::int64_t price_of(const DemoKind& kind, std::uint64_t kind_number,
                      const std::vector<const Value*>& values) {
  std::mt19937_64 dice{kind_number};
  auto amount = between(dice, kind.price_least, kind.price_most);
  for (const auto* value : values) amount = amount * value->percent / 100;
  return rounded(amount);
}

/// A few are sold out, a few nearly.
std::int64_t stock_of(std::uint64_t number) {
  std::mt19937_64 dice{number};
  const auto luck = between(dice, 1, 100);
  if (luck <= 3) return 0;
  if (luck <= 10) return between(dice, 1, 3);
  return between(dice, 5, 120);
}

}  // namespace

std::optional<std::size_t> demo_most(const std::vector<std::string>& arguments) {
  using Arguments = std::vector<std::string>;
  constexpr std::size_t small = 36;
  constexpr std::size_t large = 600;
  if (arguments.empty() || arguments == Arguments{"--size", "small"}) return small;
  if (arguments == Arguments{"--size", "large"}) return large;
  return std::nullopt;
}

int seed(const std::vector<std::string>& arguments,
         const std::function<std::int64_t(std::size_t most)>& load) {
  const auto most = demo_most(arguments);
  if (!most) {
    std::cerr << "usage: product seed [--size small|large]\n";
    return 2;
  }
  std::cout << load(*most) << " loaded\n";
  return 0;
}

std::vector<DemoProduct> demo_products(const DemoMaterial& material, const std::string& category,
                                       std::int64_t place, std::size_t most,
                                       const std::string& currency) {
  std::vector<std::vector<Choice>> choices;
  std::size_t rounds = 0;
  for (const auto& kind : material.kinds) {
    choices.push_back(choices_of(material, kind));
    rounds = std::max(rounds, combinations(choices.back()));
  }
  std::vector<DemoProduct> products;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < material.kinds.size() && products.size() < most; ++i) {
      if (round >= combinations(choices[i])) continue;
      const auto& kind = material.kinds[i];
      const auto values = pick(choices[i], round);
      const auto n = static_cast<std::int64_t>(products.size());
      const auto number = static_cast<std::uint64_t>(n * categories + place);
      ProductDraft draft{
          .name = filled(kind.name, choices[i], values),
          .description = filled(kind.text, choices[i], values),
          .category = category,
          .price = {price_of(kind, i * categories + static_cast<std::size_t>(place), values),
                    currency},
          .stock = stock_of(number)};
      products.push_back({chassis::seeded_id("serai", "product-" + category, products.size()),
                          std::move(draft), (n * categories + place) * minutes_apart});
    }
  }
  return products;
}

}  // namespace product
