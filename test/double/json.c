/* JSON text in the making. */
#include "double.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(Json *json, size_t more)
{
  if (json->length + more + 1 > json->capacity) {
    json->capacity = (json->length + more + 1) * 2;
    json->text = realloc(json->text, json->capacity);
  }
}

void putRaw(Json *json, const char *text)
{
  size_t length = strlen(text);
  reserve(json, length);
  memcpy(json->text + json->length, text, length + 1);
  json->length += length;
}

void putFormat(Json *json, const char *format, ...)
{
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  putRaw(json, text);
}

/* Characters that need no more than themselves; the rest goes as \uXXXX, lone surrogates too. */
static void putUnit(Json *json, unsigned unit)
{
  char text[8];
  if (unit >= 0x20 && unit < 0x7F && unit != '"' && unit != '\\') {
    snprintf(text, sizeof text, "%c", (int)unit);
  } else {
    snprintf(text, sizeof text, "\\u%04x", unit & 0xFFFF);
  }
  putRaw(json, text);
}

void putAscii(Json *json, const char *text)
{
  putRaw(json, "\"");
  for (; *text != '\0'; text++) {
    putUnit(json, (unsigned char)*text);
  }
  putRaw(json, "\"");
}

void putText(Json *json, PCWSTR text)
{
  if (text == NULL) {
    putRaw(json, "null");
    return;
  }
  putRaw(json, "\"");
  for (; *text != 0; text++) {
    putUnit(json, *text);
  }
  putRaw(json, "\"");
}

void freeJson(Json *json)
{
  free(json->text);
  *json = (Json){ NULL, 0, 0 };
}
