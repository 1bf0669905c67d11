/* Copies its input to its output, then says its arguments on the error stream and ends with 7: to test bridge.c with. */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>

int main(int count, char **arguments)
{
  char buffer[4096];
  int length;
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
  _setmode(2, _O_BINARY);
  while ((length = _read(0, buffer, sizeof buffer)) > 0) {
    if (_write(1, buffer, (unsigned)length) != length) {
      return 1;
    }
  }
  for (int i = 1; i < count; i++) {
    fprintf(stderr, "[%s]", arguments[i]);
  }
  return 7;
}
