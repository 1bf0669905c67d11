/* UTF-16 strings. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned lower(unsigned unit) { return unit >= 'A' && unit <= 'Z' ? unit + 32 : unit; }

static bool isSeparator(unsigned unit) { return unit == '\\' || unit == '/'; }

size_t textLength(PCWSTR text)
{
  size_t length = 0;
  while (text[length] != 0) {
    length++;
  }
  return length;
}

bool copyText(WCHAR *target, size_t size, PCWSTR text)
{
  size_t length = textLength(text);
  size_t count = length < size ? length : size - 1;
  memcpy(target, text, count * sizeof(WCHAR));
  target[count] = 0;
  return count == length;
}

void appendText(WCHAR *target, size_t size, PCWSTR text)
{
  size_t length = textLength(target);
  copyText(target + length, size - length, text);
}

void appendAscii(WCHAR *target, size_t size, const char *text)
{
  size_t length = textLength(target);
  while (*text != '\0' && length + 1 < size) {
    target[length++] = (unsigned char)*text++;
  }
  target[length] = 0;
}

void appendNumber(WCHAR *target, size_t size, unsigned number, int digits)
{
  char text[16];
  snprintf(text, sizeof text, "%0*u", digits, number);
  appendAscii(target, size, text);
}

bool sameText(PCWSTR left, PCWSTR right)
{
  while (*left != 0 && lower(*left) == lower(*right)) {
    left++;
    right++;
  }
  return lower(*left) == lower(*right);
}

static bool beginsWith(PCWSTR text, const char *part)
{
  while (*part != '\0' && lower(*text) == lower((unsigned char)*part)) {
    text++;
    part++;
  }
  return *part == '\0';
}

bool endsWith(PCWSTR text, const char *ending)
{
  size_t length = textLength(text), count = strlen(ending);
  return length >= count && beginsWith(text + length - count, ending);
}

bool contains(PCWSTR text, const char *part)
{
  for (; *text != 0; text++) {
    if (beginsWith(text, part)) {
      return true;
    }
  }
  return false;
}

bool isEmpty(PCWSTR text) { return text == NULL || *text == 0; }

bool copyPath(WCHAR *target, size_t size, PCWSTR path)
{
  bool fits = copyText(target, size, path);
  size_t length = textLength(target);
  while (length > 1 && isSeparator(target[length - 1])) {
    target[--length] = 0;
  }
  return fits;
}

void fileName(WCHAR *target, size_t size, PCWSTR path, bool stem)
{
  PCWSTR name = path;
  for (PCWSTR at = path; *at != 0; at++) {
    if (isSeparator(*at) && at[1] != 0) {
      name = at + 1;
    }
  }
  copyPath(target, size, name);
  for (size_t length = textLength(target); stem && length > 0; length--) {
    if (target[length - 1] == '.') {
      target[length - 1] = 0;
      break;
    }
  }
}

char *toUtf8(PCWSTR text)
{
  char *target = malloc(textLength(text) * 3 + 1), *at = target;
  for (; *text != 0; text++) {
    uint32_t point = *text;
    if (point >= 0xD800 && point < 0xDC00 && text[1] >= 0xDC00 && text[1] < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (uint32_t)(*++text - 0xDC00);
    }
    if (point < 0x80) {
      *at++ = (char)point;
    } else if (point < 0x800) {
      *at++ = (char)(0xC0 | point >> 6);
      *at++ = (char)(0x80 | (point & 0x3F));
    } else {
      if (point < 0x10000) {
        *at++ = (char)(0xE0 | point >> 12);
      } else {
        *at++ = (char)(0xF0 | point >> 18);
        *at++ = (char)(0x80 | (point >> 12 & 0x3F));
      }
      *at++ = (char)(0x80 | (point >> 6 & 0x3F));
      *at++ = (char)(0x80 | (point & 0x3F));
    }
  }
  *at = '\0';
  return target;
}

void fromUtf8(WCHAR *target, size_t size, const char *text)
{
  const unsigned char *at = (const unsigned char *)text;
  size_t length = 0;
  while (*at != 0 && length + 2 < size) {
    int more = *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : *at >= 0xC0 ? 1 : 0;
    uint32_t point = more == 0 ? *at : *at & (0x3Fu >> more);
    at++;
    while (more-- > 0 && *at != 0) {
      point = point << 6 | (*at++ & 0x3Fu);
    }
    if (point >= 0x10000) {
      target[length++] = (WCHAR)(0xD800 + ((point - 0x10000) >> 10));
      point = 0xDC00 + ((point - 0x10000) & 0x3FF);
    }
    target[length++] = (WCHAR)point;
  }
  target[length] = 0;
}
