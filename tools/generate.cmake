# Rules for generated sources. Each appends its output to WF_GENERATED.
set(WF_GENERATED "")
find_program(WF_PYTHON NAMES python3.11 python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# The Unicode character database (Debian: unicode-data), included by src/base/unicode*.c.
set(WF_UCD_DIR /usr/share/unicode)
add_custom_command(
  OUTPUT ${WF_GEN_DIR}/unicode_db.inc ${WF_GEN_DIR}/unicode_names.inc
  COMMAND ${WF_PYTHON} ${CMAKE_SOURCE_DIR}/tools/gen_unicode.py ${WF_UCD_DIR}
          ${WF_GEN_DIR}/unicode_db.inc ${WF_GEN_DIR}/unicode_names.inc
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/gen_unicode.py ${WF_UCD_DIR}/UnicodeData.txt
  COMMENT "Unicode tables" VERBATIM)
list(APPEND WF_GENERATED ${WF_GEN_DIR}/unicode_db.inc ${WF_GEN_DIR}/unicode_names.inc)

# Powers of ten, included by src/base/dtoa.c.
add_custom_command(
  OUTPUT ${WF_GEN_DIR}/pow10.inc
  COMMAND ${WF_PYTHON} ${CMAKE_SOURCE_DIR}/tools/gen_pow10.py ${WF_GEN_DIR}/pow10.inc
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/gen_pow10.py
  COMMENT "Powers of ten" VERBATIM)
list(APPEND WF_GENERATED ${WF_GEN_DIR}/pow10.inc)

# What cached code depends on, in one number, included by src/code/unit.c.
file(GLOB WF_CODE_MAKERS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/code/* ${CMAKE_SOURCE_DIR}/src/compiler/*
     ${CMAKE_SOURCE_DIR}/src/syntax/*)
add_custom_command(
  OUTPUT ${WF_GEN_DIR}/code_version.inc
  COMMAND ${WF_PYTHON} ${CMAKE_SOURCE_DIR}/tools/gen_code_version.py ${WF_GEN_DIR}/code_version.inc ${WF_CODE_MAKERS}
  DEPENDS ${CMAKE_SOURCE_DIR}/tools/gen_code_version.py ${WF_CODE_MAKERS}
  COMMENT "Version of code" VERBATIM)
list(APPEND WF_GENERATED ${WF_GEN_DIR}/code_version.inc)
