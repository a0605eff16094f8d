#include "chassis/app.h"
#include "kettle_embedded.h"
#include "kettle_routes.h"
#include "kettle_store.h"

int main(int argc, char** argv) {
  const auto wire = [](chassis::App& app) {
    app.routes(kettle::routes(std::make_shared<kettle::PostgresKettles>(app.database())));
  };
  return chassis::App::run("kettle", argc, argv, kettle::embedded(), chassis::Storage::postgres,
                           wire);
}
