#include "demo_json.h"

namespace product {

std::vector<DemoProduct> demo_catalogue(const chassis::Files& files, std::size_t most,
                                        const std::string& currency) {
  constexpr std::string_view folder = "assets/catalogue/";
  constexpr std::string_view ending = ".json";
  std::vector<DemoProduct> all;
  std::int64_t place = 0;
  for (const auto& [path, text] : files) {
    if (!path.starts_with(folder)) continue;
    const auto category = path.substr(folder.size(), path.size() - folder.size() - ending.size());
    const auto material = chassis::from_json<DemoMaterial>(text);
    for (auto& product : demo_products(material, category, place++, most, currency)) {
      all.push_back(std::move(product));
    }
  }
  return all;
}

}  // namespace product
