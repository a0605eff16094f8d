#include "shop_routes.h"

#include <algorithm>
#include <utility>

#include "cart.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::Response;

constexpr int newest_count = 8;
constexpr int small_count = 4;
constexpr int alike_count = 5;  // one more than shown: the product itself may be among them
constexpr std::int64_t few_left = 5;

struct Sort {
  const char* value;
  const char* name;
};
constexpr Sort sorts[] = {{"relevance", "Best match"},
                          {"newest", "Newest first"},
                          {"price", "Lowest price first"},
                          {"-price", "Highest price first"}};

// --- one product as a card

Ware ware_of(const Product& product) {
  return {product.id, product.slug, product.category, product.image_url};
}

std::string category_path(const std::string& slug) {
  return "/shop?category=" + chassis::percent_encoded(slug);
}

/// The category's name; without the list of categories, its slug with a capital.
std::string category_name(const std::string& slug, const std::optional<CategoryList>& categories) {
  if (categories) {
    for (const auto& category : categories->items) {
      if (category.slug == slug) {
        return category.name;
      }
    }
  }
  auto name = slug;
  if (!name.empty() && name.front() >= 'a' && name.front() <= 'z') {
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
  }
  return name;
}

std::string stock_note(const Product& product) {
  if (product.stock <= 0) {
    return "Sold out";
  }
  return product.stock <= few_left ? "Only " + std::to_string(product.stock) + " left" : "";
}

View card(const Product& product, const std::optional<CategoryList>& categories) {
  View view;
  const auto ware = ware_of(product);
  view.text("href", product_path(ware)).text("picture", picture_path(ware));
  view.text("name", product.name).text("price", price_text(product.price));
  view.text("category_name", category_name(product.category, categories));
  view.text("note", stock_note(product)).flag("sold_out", product.stock <= 0);
  return view;
}

std::vector<View> cards(const std::optional<ProductList>& products,
                        const std::optional<CategoryList>& categories) {
  std::vector<View> views;
  if (products) {
    for (const auto& product : products->items) {
      views.push_back(card(product, categories));
    }
  }
  return views;
}

// --- the pages

Search list_of(const std::string& sort, int limit) {
  Search search;
  search.sort = sort;
  search.limit = limit;
  return search;
}

Response home(Visit& visit, Catalogue& catalogue) {
  auto coming_categories = catalogue.categories();
  auto coming_newest = catalogue.search(list_of("newest", newest_count));
  auto coming_small = catalogue.search(list_of("price", small_count));
  const auto categories =
      part_of(std::move(coming_categories), "The list of categories is out of reach.");
  const auto newest = part_of(std::move(coming_newest), "The newest goods are out of reach.");
  const auto small = part_of(std::move(coming_small), "These shelves are out of reach.");

  std::vector<View> doors;
  if (categories.value) {
    for (const auto& category : categories.value->items) {
      View door;
      door.text("name", category.name).text("href", category_path(category.slug));
      door.text("picture", "/pictures/" + chassis::percent_encoded(category.slug) + "/door.svg");
      doors.push_back(std::move(door));
    }
  }
  View view;
  view.text("title", "Serai · the inn where caravans stop");
  view.text("description", "Teas, spices, rugs, lamps and more from many roads, under one roof.");
  view.list("categories", std::move(doors)).list("categories_away", categories.away);
  view.list("newest", cards(newest.value, categories.value)).list("newest_away", newest.away);
  view.list("small", cards(small.value, categories.value)).list("small_away", small.away);
  return visit.page("home", std::move(view));
}

/// What the list's address asks for, and what in it could not be understood.
struct Asked {
  Search search;
  std::string min_price;  // as typed
  std::string max_price;
  std::string min_price_error;
  std::string max_price_error;
};

std::string limited(const chassis::Query& query, std::string_view name) {
  return query.text(name).value_or("");
}

std::optional<std::int64_t> asked_price(const std::string& typed, const std::string& currency,
                                        std::string& error) {
  if (typed.empty()) {
    return std::nullopt;
  }
  const auto price = read_price(typed, currency);
  if (!price) {
    error = "“" + typed + "” is not a price; write it like 12.50.";
  }
  return price;
}

Asked read_asked(const chassis::Query& query, const std::string& currency) {
  Asked asked;
  auto& search = asked.search;
  search.text = limited(query, "q");
  search.category = limited(query, "category");
  search.cursor = query.text("cursor", 1000).value_or("");
  asked.min_price = limited(query, "min_price");
  asked.max_price = limited(query, "max_price");
  search.min_price = asked_price(asked.min_price, currency, asked.min_price_error);
  search.max_price = asked_price(asked.max_price, currency, asked.max_price_error);
  if (search.min_price && search.max_price && *search.max_price < *search.min_price) {
    asked.max_price_error = "The highest price must not be below the lowest.";
    search.max_price.reset();
  }
  search.sort = search.text.empty() ? "newest" : "relevance";
  for (const auto& sort : sorts) {
    if (query.text("sort").value_or("") == sort.value &&
        (sort.value != std::string_view{"relevance"} || !search.text.empty())) {
      search.sort = sort.value;
    }
  }
  return asked;
}

/// The address of the list that `search` asks for.
std::string list_path(const Search& search, const std::string& currency) {
  std::string path;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) {
      path += (path.empty() ? "?" : "&") + name + "=" + chassis::percent_encoded(value);
    }
  };
  const auto price = [&](const std::optional<std::int64_t>& amount) {
    return amount ? plain_price(*amount, currency) : std::string{};
  };
  add("q", search.text);
  add("category", search.category);
  add("min_price", price(search.min_price));
  add("max_price", price(search.max_price));
  add("sort", search.sort == (search.text.empty() ? "newest" : "relevance") ? "" : search.sort);
  add("cursor", search.cursor);
  return "/shop" + path;
}

/// The list from its first item, in another category when one is given.
std::string first_page(Search search, const std::string& currency) {
  search.cursor.clear();
  return list_path(search, currency);
}

std::vector<View> category_chips(const std::optional<CategoryList>& categories, Search search,
                                 const std::string& currency) {
  std::vector<View> chips;
  if (categories) {
    const auto chosen = search.category;
    for (const auto& category : categories->items) {
      search.category = category.slug;
      View chip;
      chip.text("name", category.name).text("href", first_page(search, currency));
      chip.flag("chosen", category.slug == chosen);
      chips.push_back(std::move(chip));
    }
  }
  return chips;
}

std::vector<View> sort_choices(const Search& search) {
  std::vector<View> choices;
  for (const auto& sort : sorts) {
    if (sort.value == std::string_view{"relevance"} && search.text.empty()) {
      continue;
    }
    View choice;
    choice.text("value", sort.value).text("name", sort.name);
    choices.push_back(choice.flag("chosen", search.sort == sort.value));
  }
  return choices;
}

View list_heading(const Search& search, const std::optional<CategoryList>& categories) {
  const auto category =
      search.category.empty() ? std::string{} : category_name(search.category, categories);
  View view;
  if (!category.empty()) {
    view.text("heading", category);
    view.text("subheading", search.text.empty() ? "" : "Results for “" + search.text + "”");
  } else if (!search.text.empty()) {
    view.text("heading", "Results for “" + search.text + "”");
  } else {
    view.text("heading", "The whole bazaar");
  }
  const auto title = !category.empty() ? category : search.text.empty() ? "Shop" : search.text;
  return view.text("title", title + " · Serai");
}

/// The form above the list, filled as it was sent.
void fill_filters(View& view, const Asked& asked, const std::string& currency) {
  const auto& search = asked.search;
  view.text("searched", search.text).text("category", search.category).text("currency", currency);
  view.text("min_price", asked.min_price).text("max_price", asked.max_price);
  view.text("min_price_error", asked.min_price_error);
  view.text("max_price_error", asked.max_price_error);
  view.list("sorts", sort_choices(search));
  const bool narrowed = !asked.min_price.empty() || !asked.max_price.empty();
  auto plain = search;
  plain.min_price.reset();
  plain.max_price.reset();
  view.text("clear_link", narrowed ? first_page(plain, currency) : "");
}

std::string nothing_found(const Asked& asked) {
  if (!asked.search.text.empty()) {
    return "We looked for “" + asked.search.text +
           "” and came back with empty hands. A shorter word or fewer filters may help.";
  }
  return "No goods lie within these filters. Try a wider price or another category.";
}

void fill_products(View& view, const ProductList& products, const Asked& asked,
                   const std::optional<CategoryList>& categories, const std::string& currency) {
  auto search = asked.search;
  view.list("products", cards(products, categories));
  view.text("nothing_found", products.items.empty() ? nothing_found(asked) : "");
  view.text("first_link", search.cursor.empty() ? "" : first_page(search, currency));
  search.cursor = products.next_cursor.value_or("");
  view.text("next_link", search.cursor.empty() ? "" : list_path(search, currency));
  view.flag("paged", !search.cursor.empty() || !asked.search.cursor.empty());
}

Response shop(Visit& visit, Catalogue& catalogue) {
  const auto& currency = visit.site().currency;
  const auto asked = read_asked(visit.request().query, currency);
  auto coming_categories = catalogue.categories();
  auto coming_products = catalogue.search(asked.search);
  const auto categories =
      part_of(std::move(coming_categories), "The list of categories is out of reach.");

  auto view = list_heading(asked.search, categories.value);
  view.flag("at_shop", true);
  view.flag("below_shop", !asked.search.text.empty() || !asked.search.category.empty());
  auto everywhere = asked.search;
  everywhere.category.clear();
  view.text("every_category", first_page(everywhere, currency));
  view.list("categories", category_chips(categories.value, asked.search, currency));
  view.flag("has_categories", categories.value.has_value());
  view.list("categories_away", categories.away);
  fill_filters(view, asked, currency);
  int status = 200;
  try {
    fill_products(view, coming_products.get(), asked, categories.value, currency);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::invalid && !asked.search.cursor.empty()) {
      return chassis::see_other(first_page(asked.search, currency));  // a cursor of another list
    }
    if (error.code() == ErrorCode::invalid) {
      view.text("nothing_found", nothing_found(asked));
    } else {
      status = 503;
      view.list("categories_away", {});  // said once is enough
      view.text("products_away", "The shop cannot be reached just now.");
      view.text("here", list_path(asked.search, currency));
    }
  }
  return visit.page("shop", std::move(view), status);
}

std::vector<View> paragraphs(const std::string& text) {
  std::vector<View> views;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) {
      views.push_back(View{}.text("text", text.substr(at, end - at)));
    }
    at = end + 1;
  }
  return views;
}

View product_view(const Product& product, const std::string& kind) {
  const bool none = product.stock <= 0;
  View view;
  view.text("title", product.name + " · Serai").text("name", product.name);
  view.text("description", product.description.substr(0, product.description.find('\n')));
  view.list("paragraphs", paragraphs(product.description)).flag("at_shop", true);
  view.text("price", price_text(product.price));
  view.text("id", product.id).text("picture", picture_path(ware_of(product)));
  view.text("category_name", kind).text("category_href", category_path(product.category));
  view.text("stock_count", none ? "None just now" : std::to_string(product.stock));
  view.flag("for_sale", !none);
  view.text("quantity_max", std::to_string(std::min(product.stock, quantity_max)));
  view.text("stock_state", none ? "none" : product.stock <= few_left ? "few" : "plenty");
  const auto note = stock_note(product);
  return view.text("stock_text", note.empty() ? "In stock" : note);
}

Response product(Visit& visit, Catalogue& catalogue) {
  const auto& id = visit.request().uuid("id");
  auto coming_product = catalogue.find(id);
  auto coming_categories = catalogue.categories();
  const auto found = coming_product.get();
  Search search;
  search.category = found.category;
  search.limit = alike_count;
  auto coming_alike = catalogue.search(search);
  const auto categories = part_of(std::move(coming_categories), "");
  auto alike = part_of(std::move(coming_alike), "What lies beside it is out of reach.");
  if (alike.value) {
    auto& items = alike.value->items;
    items.erase(std::remove_if(items.begin(), items.end(),
                               [&](const Product& one) { return one.id == id; }),
                items.end());
    items.resize(std::min<std::size_t>(items.size(), alike_count - 1));
  }
  auto view = product_view(found, category_name(found.category, categories.value));
  view.list("alike", cards(alike.value, categories.value)).list("alike_away", alike.away);
  view.text("csrf", found.stock > 0 ? visit.form_token() : "");
  return visit.page("product", std::move(view));
}

}  // namespace

std::string product_path(const Ware& ware) {
  return "/shop/" + chassis::percent_encoded(ware.id) +
         (ware.slug.empty() ? "" : "/" + chassis::percent_encoded(ware.slug));
}

std::string picture_path(const Ware& ware) {
  const bool ours = ware.image_url.rfind("/pictures/", 0) == 0;
  const auto path = ours ? ware.image_url
                         : "/pictures/" + chassis::percent_encoded(ware.category) + "/" +
                               chassis::percent_encoded(ware.id) + ".svg";
  return path + "?of=" + chassis::percent_encoded(ware.slug);
}

chassis::Routes shop_routes(const Site& site, Catalogue& catalogue) {
  using chassis::Method;
  const auto route = [&](const std::string& path, Response (*page)(Visit&, Catalogue&)) {
    return page_route(Method::get, path, site,
                      [&catalogue, page](Visit& visit) { return page(visit, catalogue); });
  };
  return {route("/", home), route("/shop", shop), route("/shop/{id}", product),
          route("/shop/{id}/{slug}", product)};
}

}  // namespace frontend
