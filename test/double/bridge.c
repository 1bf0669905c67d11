/*
 * Gives a Windows program under Wine pipes for its standard streams: `bridge.exe <program> [arguments]`.
 *
 * Wine hands the pipes of Linux to a Windows program as they are, and Node.js refuses those. This program makes named pipes of NT,
 * starts the program with them, and copies between them and its own streams, one thread a direction. It ends with the program's exit
 * code; when it is killed, the program is.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define BUFFER_SIZE 65536

typedef struct { HANDLE from, to; BOOL flush; } Relay;

static void fail(const char *what)
{
  fprintf(stderr, "bridge: %s failed with %lu\n", what, GetLastError());
  exit(125);
}

/* A pipe: the end of this process, and the end that the program inherits. */
static HANDLE makePipe(const wchar_t *purpose, BOOL programReads, HANDLE *inherited)
{
  wchar_t name[64];
  SECURITY_ATTRIBUTES inheritable = { sizeof inheritable, NULL, TRUE };
  _snwprintf(name, 64, L"\\\\.\\pipe\\dismts-bridge-%lu-%ls", GetCurrentProcessId(), purpose);
  HANDLE own = CreateNamedPipeW(name, (programReads ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND) | FILE_FLAG_FIRST_PIPE_INSTANCE,
    PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, BUFFER_SIZE, BUFFER_SIZE, 0, NULL);
  if (own == INVALID_HANDLE_VALUE) {
    fail("CreateNamedPipe");
  }
  /* libuv asks a read end for write access to its attributes, and the other way round. */
  DWORD access = programReads ? GENERIC_READ | FILE_WRITE_ATTRIBUTES : GENERIC_WRITE | FILE_READ_ATTRIBUTES;
  *inherited = CreateFileW(name, access, 0, &inheritable, OPEN_EXISTING, 0, NULL);
  if (*inherited == INVALID_HANDLE_VALUE) {
    fail("CreateFile");
  }
  return own;
}

static DWORD WINAPI relay(LPVOID argument)
{
  Relay *way = argument;
  char *buffer = malloc(BUFFER_SIZE);
  DWORD count, done;
  while (ReadFile(way->from, buffer, BUFFER_SIZE, &count, NULL) && count > 0) {
    for (DWORD at = 0; at < count; at += done) {
      if (!WriteFile(way->to, buffer + at, count - at, &done, NULL)) {
        count = 0;
        break;
      }
    }
    if (count == 0) {
      break;
    }
  }
  if (way->flush) {
    /* What the program has not read yet would be lost with the pipe. */
    FlushFileBuffers(way->to);
  }
  CloseHandle(way->to);
  free(buffer);
  return 0;
}

/* The command line without its first word. */
static wchar_t *programLine(void)
{
  wchar_t *line = GetCommandLineW();
  BOOL quoted = FALSE;
  while (*line != 0 && (quoted || (*line != ' ' && *line != '\t'))) {
    quoted ^= *line == '"';
    line++;
  }
  while (*line == ' ' || *line == '\t') {
    line++;
  }
  return line;
}

/* Ctrl+C in a terminal is meant for the program, which decides itself. */
static BOOL WINAPI ignoreControl(DWORD event)
{
  return event == CTRL_C_EVENT;
}

int main(void)
{
  STARTUPINFOW startup = { .cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES };
  PROCESS_INFORMATION process;
  Relay input = { .from = GetStdHandle(STD_INPUT_HANDLE), .flush = TRUE };
  Relay output = { .to = GetStdHandle(STD_OUTPUT_HANDLE) };
  Relay errors = { .to = GetStdHandle(STD_ERROR_HANDLE) };
  SetConsoleCtrlHandler(ignoreControl, TRUE);
  input.to = makePipe(L"in", TRUE, &startup.hStdInput);
  output.from = makePipe(L"out", FALSE, &startup.hStdOutput);
  errors.from = makePipe(L"err", FALSE, &startup.hStdError);

  HANDLE job = CreateJobObjectW(NULL, NULL);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = { .BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE };
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  if (!CreateProcessW(NULL, programLine(), NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup, &process)) {
    fail("CreateProcess");
  }
  if (!AssignProcessToJobObject(job, process.hProcess)) {
    TerminateProcess(process.hProcess, 125);
    fail("AssignProcessToJobObject");
  }
  ResumeThread(process.hThread);
  CloseHandle(process.hThread);
  CloseHandle(startup.hStdInput);
  CloseHandle(startup.hStdOutput);
  CloseHandle(startup.hStdError);

  CreateThread(NULL, 0, relay, &input, 0, NULL);
  HANDLE readers[] = { CreateThread(NULL, 0, relay, &output, 0, NULL), CreateThread(NULL, 0, relay, &errors, 0, NULL) };
  WaitForSingleObject(process.hProcess, INFINITE);
  /* Its pipes end with it, or with the last of its children. */
  WaitForMultipleObjects(2, readers, TRUE, INFINITE);
  DWORD code = 125;
  GetExitCodeProcess(process.hProcess, &code);
  /* Not by return: the thread that waits for input would hold the process. */
  ExitProcess(code);
}
