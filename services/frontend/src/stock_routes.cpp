#include "stock_routes.h"

#include <utility>

#include "chassis/id.h"
#include "form_routes.h"
#include "shop_routes.h"

namespace frontend {
namespace {

using chassis::Error;
using chassis::ErrorCode;
using chassis::FieldError;
using chassis::Response;

constexpr int goods_count = 50;
constexpr std::size_t cursor_length_max = 1000;
constexpr std::size_t description_length_max = 10'000;  // what fits is for the catalogue to say

/// What the pages are made of.
struct Store {
  Catalogue& catalogue;
  Storeroom& storeroom;
};

std::string stock_path(const std::string& id) { return "/admin/stock/" + id; }

View stock_view(const std::string& title) {
  View view;
  view.text("title", title + " · Serai").flag("at_account", true).flag("hidden", true);
  return view;
}

std::string done_text(const Visit& visit) {
  const auto done = visit.request().query.text("done").value_or("");
  if (done == "added") {
    return "It stands in the shop now.";
  }
  if (done == "changed") {
    return "The change is made.";
  }
  return done == "counted" ? "The pieces are counted." : "";
}

// --- what went wrong with a form

/// Puts the complaints about fields beside them; false when there were none for any field here.
bool show_field_errors(View& view, const Error& error) {
  constexpr std::pair<const char*, const char*> fields[] = {
      {"/name", "name"},         {"/description", "description"},
      {"/category", "category"}, {"/stock", "stock"},
      {"/delta", "delta"},       {"/reason", "reason"}};
  bool any = false;
  for (const auto& [pointer, detail] : error.fields()) {
    if (pointer.rfind("/price", 0) == 0) {
      view.text("price_error", field_sentence("price", detail));
      any = true;
    }
    for (const auto& [known, name] : fields) {
      if (pointer == known) {
        const std::string what = name == std::string_view{"delta"} ? "number" : name;
        view.text(std::string{name} + "_error", field_sentence(what, detail));
        any = true;
      }
    }
  }
  return any;
}

std::string alert_for(const Error& error) {
  switch (error.code()) {
    case ErrorCode::forbidden: return stale_form;
    case ErrorCode::precondition_failed:
      return "Somebody changed it meanwhile, so nothing was saved. Below is what you typed, and "
             "what it is now; save again to replace that.";
    case ErrorCode::conflict:
      return error.type() == "out-of-stock"
                 ? "There are not that many to take: the rest is sold or set aside."
                 : "That did not fit just now. Please try again.";
    case ErrorCode::key_reused:
      return "This page was sent before with something else on it. Please check and send it again.";
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
      return "We could not hear whether it worked. It is safe to send it again as it is.";
    default: return "That did not work. Please try again.";
  }
}

/// The complaint about a form, beside its fields or above them, and the key it is sent with next:
/// the same one while nobody knows what the first did.
void show_problem(View& view, const Error& error, const std::string& sent_key) {
  if (!show_field_errors(view, error)) {
    view.text("alert", alert_for(error));
  }
  const bool unknown = error.code() == ErrorCode::unavailable ||
                       error.code() == ErrorCode::timeout || error.code() == ErrorCode::internal;
  view.text("key", unknown ? sent_key : chassis::new_id());
}

chassis::Money sent_price(const chassis::Query& form, const std::string& currency,
                          std::vector<FieldError>& wrong) {
  const auto price = read_price(field(form, "price"), currency);
  if (!price) {
    wrong.push_back({"/price", "must be written like 12.50"});
  }
  return {price.value_or(0), currency};
}

std::int64_t sent_whole(const chassis::Query& form, const std::string& name,
                        std::vector<FieldError>& wrong) {
  const auto number = read_whole(field(form, name));
  if (!number) {
    wrong.push_back({"/" + name, "must be a whole number"});
  }
  return number.value_or(0);
}

void throw_if_any(std::vector<FieldError> wrong) {
  if (!wrong.empty()) {
    throw Error{std::move(wrong)};
  }
}

/// A browser sends line breaks as two characters; one is kept.
std::string sent_description(const chassis::Query& form) {
  auto text = form.text("description", description_length_max).value_or("");
  std::erase(text, '\r');
  return text;
}

// --- the list

std::vector<View> rows(const ProductList& products) {
  std::vector<View> views;
  for (const auto& product : products.items) {
    View view;
    view.text("href", stock_path(product.id)).text("name", product.name);
    view.text("category", product.category).text("price", price_text(product.price));
    view.text("stock", std::to_string(product.stock)).flag("none", product.stock <= 0);
    views.push_back(std::move(view));
  }
  return views;
}

std::string list_path(const Search& search) {
  std::string path = "/admin/stock";
  if (!search.text.empty()) {
    path += "?q=" + chassis::percent_encoded(search.text);
  }
  if (!search.cursor.empty()) {
    path += (search.text.empty() ? "?" : "&") + std::string{"cursor="} +
            chassis::percent_encoded(search.cursor);
  }
  return path;
}

Response show_list(Visit& visit, const Store& store) {
  const auto& query = visit.request().query;
  Search search;
  search.text = query.text("q").value_or("");
  search.cursor = query.text("cursor", cursor_length_max).value_or("");
  search.limit = goods_count;
  auto view = stock_view("Goods and stock");
  view.text("wanted", search.text).text("done", done_text(visit));
  int status = 200;
  try {
    const auto products = store.catalogue.search(search).get();
    view.flag("nothing", products.items.empty()).list("products", rows(products));
    view.flag("has_products", !products.items.empty());
    auto other = search;
    other.cursor.clear();
    view.text("first_link", search.cursor.empty() ? "" : list_path(other));
    other.cursor = products.next_cursor.value_or("");
    view.text("next_link", other.cursor.empty() ? "" : list_path(other));
    view.flag("paged", !other.cursor.empty() || !search.cursor.empty());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::invalid && !search.cursor.empty()) {
      search.cursor.clear();
      return chassis::see_other(list_path(search));
    }
    status = 503;
    view.list("goods_away", {View{}.text("reason", "The catalogue is out of reach just now.")});
  }
  return visit.page("stock", std::move(view), status);
}

// --- a new product

Response new_page(Visit& visit, const Store& store, View view, const std::string& category,
                  int status) {
  std::vector<View> choices;
  const auto categories = part_of(store.catalogue.categories(), "");
  for (const auto& one : categories.value.value_or(CategoryList{}).items) {
    View choice;
    choice.text("slug", one.slug).text("name", one.name).flag("chosen", one.slug == category);
    choices.push_back(std::move(choice));
  }
  if (choices.empty()) {
    view.list("goods_away", {View{}.text("reason", "The catalogue is out of reach just now.")});
    status = status == 200 ? 503 : status;
  }
  view.flag("has_categories", !choices.empty());
  view.list("categories", std::move(choices));
  view.text("currency", visit.site().currency).text("csrf", visit.form_token());
  return visit.page("stock_new", std::move(view), status);
}

Response show_new(Visit& visit, const Store& store) {
  auto view = stock_view("A new product");
  view.text("key", chassis::new_id()).text("stock", "0");
  return new_page(visit, store, std::move(view), "", 200);
}

ProductDraft draft_of(const chassis::Query& form, const std::string& currency) {
  std::vector<FieldError> wrong;
  ProductDraft draft{field(form, "name"), sent_description(form), field(form, "category"),
                     sent_price(form, currency, wrong), sent_whole(form, "stock", wrong)};
  throw_if_any(std::move(wrong));
  return draft;
}

Response add(Visit& visit, const Store& store) {
  const auto sent = sent_form(visit);
  try {
    visit.form();
    const auto product =
        store.storeroom.add(draft_of(sent, visit.site().currency), field(sent, "key"));
    return chassis::see_other(stock_path(product.id) + "?done=added");
  } catch (const Error& error) {
    auto view = stock_view("A new product");
    view.text("name", field(sent, "name")).text("description", sent_description(sent));
    view.text("price", field(sent, "price")).text("stock", field(sent, "stock"));
    show_problem(view, error, field(sent, "key"));
    return new_page(visit, store, std::move(view), field(sent, "category"),
                    chassis::http_status(error.code()));
  }
}

// --- one product

/// The page about a product: what `view` already holds was typed and stays.
Response product_page(Visit& visit, const Store& store, View view, int status) {
  const auto product = store.catalogue.find(visit.request().uuid("id")).get();
  View now;
  now.text("id", product.id).text("heading", product.name);
  now.text("picture",
           picture_path({product.id, product.slug, product.category, product.image_url}));
  now.text("href", product_path({product.id, product.slug, "", ""}));
  now.text("name", product.name).text("description", product.description);
  now.text("price", plain_price(product.price.amount, product.price.currency));
  now.text("price_now", price_text(product.price)).text("description_now", product.description);
  now.text("stock", std::to_string(product.stock)).text("version", std::to_string(product.version));
  now.text("currency", product.price.currency).text("done", done_text(visit));
  now.text("key", chassis::new_id()).text("csrf", visit.form_token());
  return visit.page("stock_product", std::move(view.with(now)), status);
}

Response show_product(Visit& visit, const Store& store) {
  return product_page(visit, store, stock_view("Goods and stock"), 200);
}

ProductEdit edit_of(const chassis::Query& form, const std::string& currency) {
  std::vector<FieldError> wrong;
  ProductEdit edit{field(form, "name"), sent_description(form), sent_price(form, currency, wrong)};
  throw_if_any(std::move(wrong));
  return edit;
}

Response change(Visit& visit, const Store& store) {
  const auto& id = visit.request().uuid("id");
  const auto sent = sent_form(visit);
  try {
    visit.form();
    const auto edit = edit_of(sent, visit.site().currency);
    store.storeroom.change(id, edit, read_whole(field(sent, "version")).value_or(0));
  } catch (const Error& error) {
    auto view = stock_view("Goods and stock");
    view.text("name", field(sent, "name")).text("description", sent_description(sent));
    view.text("price", field(sent, "price")).text("done", "");
    view.flag("changed_meanwhile", error.code() == ErrorCode::precondition_failed);
    show_problem(view, error, "");
    return product_page(visit, store, std::move(view), chassis::http_status(error.code()));
  }
  return chassis::see_other(stock_path(id) + "?done=changed");
}

StockChange stock_change_of(const chassis::Query& form) {
  std::vector<FieldError> wrong;
  StockChange change{sent_whole(form, "delta", wrong), field(form, "reason")};
  throw_if_any(std::move(wrong));
  return change;
}

Response count(Visit& visit, const Store& store) {
  const auto& id = visit.request().uuid("id");
  const auto sent = sent_form(visit);
  try {
    visit.form();
    store.storeroom.move(id, stock_change_of(sent), field(sent, "key"));
  } catch (const Error& error) {
    auto view = stock_view("Goods and stock");
    view.text("delta", field(sent, "delta")).text("reason", field(sent, "reason"));
    view.text("done", "");
    show_problem(view, error, field(sent, "key"));
    return product_page(visit, store, std::move(view), chassis::http_status(error.code()));
  }
  return chassis::see_other(stock_path(id) + "?done=counted");
}

}  // namespace

chassis::Routes stock_routes(const Site& site, Catalogue& catalogue, Storeroom& storeroom) {
  using chassis::Method;
  const auto route = [&](Method method, const std::string& path,
                         Response (*page)(Visit&, const Store&)) {
    return person_route(method, path, site, "/admin/stock",
                        [&catalogue, &storeroom, page](Visit& visit) {
                          if (!visit.caller()->has_role("admin")) {
                            throw Error{ErrorCode::forbidden, "for administrators"};
                          }
                          return page(visit, Store{catalogue, storeroom});
                        });
  };
  return {
      route(Method::get, "/admin/stock", show_list),
      route(Method::get, "/admin/stock/new", show_new),
      route(Method::post, "/admin/stock/new", add),
      route(Method::get, "/admin/stock/{id}", show_product),
      route(Method::post, "/admin/stock/{id}", change),
      route(Method::post, "/admin/stock/{id}/count", count),
  };
}

}  // namespace frontend
