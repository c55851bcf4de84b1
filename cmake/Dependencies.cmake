# Every library from outside, found once. Versions and reasons: docs/ARCHITECTURE.md.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers json url)
find_package(cereal CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# librdkafka: tools/setup builds 2.8 into a prefix where the distribution's is older. 2.0.2 loses acknowledged messages when a
# broker answers with a retriable error (the idempotent producer ends fatally), so an older one is refused, not warned about.
if(DEFINED ENV{CUSTODY_CACHE})
  set(CUSTODY_CACHE_DIR $ENV{CUSTODY_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(CUSTODY_CACHE_DIR $ENV{XDG_CACHE_HOME}/custody)
else()
  set(CUSTODY_CACHE_DIR $ENV{HOME}/.cache/custody)
endif()
set(ENV{PKG_CONFIG_PATH} "${CUSTODY_CACHE_DIR}/librdkafka-2.8.0/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(RDKAFKA IMPORTED_TARGET rdkafka)
if(NOT RDKAFKA_FOUND OR RDKAFKA_VERSION VERSION_LESS 2.8.0)
  message(FATAL_ERROR "librdkafka >= 2.8.0 is needed, found '${RDKAFKA_VERSION}'. Older ones (Debian 12's 2.0.2) lose "
    "acknowledged messages when a broker is briefly unavailable. Run tools/setup: it builds 2.8.0 into ${CUSTODY_CACHE_DIR}.")
endif()
