#include "search_store.h"

#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "chassis/metrics.h"
#include "product_store.h"

namespace product {
namespace {

using chassis::Statement;
using chassis::Transaction;

constexpr Statement read_query{"read_search", R"sql(
  SELECT exact::text, wide::text, exact IS DISTINCT FROM wide AS widened FROM search_query($1)
)sql"};

// An exact match stands before every other one; within each, the rank of full-text search.
constexpr auto rank =
    "CASE WHEN search @@ $EXACT::tsquery THEN 1000000 ELSE 0 END"
    " + (ts_rank(search, $WIDE::tsquery) * 100000)::bigint";
constexpr auto age = "(extract(epoch FROM created_at) * 1000000)::bigint";

/// Its sort, whether it has a category, whether it has a text.
using Shape = std::tuple<Sort, bool, bool>;

std::string replaced(std::string text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) {
    text.replace(at, name.size(), value);
  }
  return text;
}

/// The column to go on by, and the comparison with the place behind which to go on.
std::pair<std::string, std::string> order_of(Sort sort) {
  switch (sort) {
    case Sort::price_up: return {"price", "(price, id) > ($3::bigint, $4::uuid)"};
    case Sort::price_down: return {"price", "(price, id) < ($3::bigint, $4::uuid)"};
    case Sort::newest:
      return {"created_at",
              "(created_at, id) < ('epoch'::timestamptz + $3::bigint * interval '1 microsecond', "
              "$4::uuid)"};
    case Sort::relevance: return {"key", "(key, id) < ($3::bigint, $4::uuid)"};
  }
  return {};
}

std::string sql_of(const Shape& shape) {
  const auto& [sort, has_category, has_text] = shape;
  const auto key = sort == Sort::relevance ? rank : sort == Sort::newest ? age : "price";
  const auto [column, behind] = order_of(sort);
  const std::string direction = sort == Sort::price_up ? "ASC" : "DESC";
  std::string inner = std::string{"SELECT "} + product_columns + ", created_at, " + key +
                      " AS key FROM products WHERE unlisted_at IS NULL" +
                      " AND price BETWEEN $1::bigint AND $2::bigint";
  if (has_category) inner += " AND category = $6";
  if (has_text) inner += " AND search @@ $WIDE::tsquery";
  auto sql = "SELECT * FROM (" + inner + ") products WHERE " + behind + " ORDER BY " + column +
             " " + direction + ", id " + direction + " LIMIT $5::bigint";
  sql = replaced(std::move(sql), "$EXACT", has_category ? "$7" : "$6");
  const auto wide =
      sort == Sort::relevance ? (has_category ? "$8" : "$7") : (has_category ? "$7" : "$6");
  return replaced(std::move(sql), "$WIDE", wide);
}

/// Every statement, made once: a Statement points at text that must stay.
struct Statements {
  std::map<Shape, std::pair<std::string, std::string>> texts;
  std::map<Shape, Statement> all;

  Statements() {
    for (const auto sort : {Sort::relevance, Sort::price_up, Sort::price_down, Sort::newest}) {
      for (const bool has_category : {false, true}) {
        for (const bool has_text : {false, true}) {
          if (sort == Sort::relevance && !has_text) continue;
          add({sort, has_category, has_text});
        }
      }
    }
  }

  void add(const Shape& shape) {
    auto& [name, sql] = texts[shape];
    name = "list_products_" + std::to_string(texts.size());
    sql = sql_of(shape);
    all.emplace(shape, Statement{name.c_str(), sql.c_str()});
  }
};

/// Before everything in this order.
Place beginning(Sort sort) {
  if (sort == Sort::price_up) return {-1, "00000000-0000-0000-0000-000000000000"};
  // For ages: in microseconds, the year 9999.
  return {253'370'764'800'000'000, "ffffffff-ffff-ffff-ffff-ffffffffffff"};
}

void count_search(const char* kind) {
  static const std::map<std::string, chassis::Counter> counters = [] {
    std::map<std::string, chassis::Counter> made;
    for (const auto* each : {"browse", "text", "widened"}) {
      made.emplace(each, chassis::counter("product_searches_total",
                                          "Lists of products, by how they were asked for",
                                          {{"kind", each}}));
    }
    return made;
  }();
  counters.at(kind).add();
}

}  // namespace

const Statement& list_statement(const Search& search) {
  static const Statements statements;
  return statements.all.at({search.sort, !search.category.empty(), !search.text.empty()});
}

pqxx::result run_search(Transaction& transaction, const Search& search,
                        const std::optional<Place>& after, std::int64_t count) {
  const auto& statement = list_statement(search);
  const auto place = after.value_or(beginning(search.sort));
  const auto run = [&](const auto&... more) {
    return transaction.run(statement, search.min_price, search.max_price, place.key, place.id,
                           count, more...);
  };
  if (search.text.empty()) {
    count_search("browse");
    return search.category.empty() ? run() : run(search.category);
  }
  const auto query = transaction.run(read_query, search.text)[0];
  count_search(query["widened"].as<bool>() ? "widened" : "text");
  const std::string exact = query["exact"].c_str();
  const std::string wide = query["wide"].c_str();
  if (wide.empty()) return {};  // only words such as "the", or no word at all
  if (search.sort != Sort::relevance) {
    return search.category.empty() ? run(wide) : run(search.category, wide);
  }
  return search.category.empty() ? run(exact, wide) : run(search.category, exact, wide);
}

}  // namespace product
