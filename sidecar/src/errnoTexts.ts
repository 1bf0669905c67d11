/** What the system answered to a library or program, which tells it only by words. */

/** How glibc and musl word an errno. */
const texts: ReadonlyMap<string, string> = new Map([
  ['No such file or directory', 'ENOENT'], ['Not a directory', 'ENOTDIR'], ['Too many levels of symbolic links', 'ELOOP'], ['Symbolic link loop', 'ELOOP'],
  ['File name too long', 'ENAMETOOLONG'], ['Filename too long', 'ENAMETOOLONG'], ['Invalid or incomplete multibyte or wide character', 'EILSEQ'], ['Illegal byte sequence', 'EILSEQ'],
  ['Is a directory', 'EISDIR'], ['File exists', 'EEXIST'], ['Directory not empty', 'ENOTEMPTY'], ['Invalid cross-device link', 'EXDEV'], ['Cross-device link', 'EXDEV'],
  ['Too many links', 'EMLINK'],
  ['Permission denied', 'EACCES'], ['Operation not permitted', 'EPERM'], ['Read-only file system', 'EROFS'], ['Required key not available', 'ENOKEY'], ['Key has expired', 'EKEYEXPIRED'],
  ['Key has been revoked', 'EKEYREVOKED'], ['Key was rejected by service', 'EKEYREJECTED'],
  ['Device or resource busy', 'EBUSY'], ['Resource busy', 'EBUSY'], ['Text file busy', 'ETXTBSY'], ['No locks available', 'ENOLCK'],
  ['Resource deadlock avoided', 'EDEADLK'], ['Resource deadlock would occur', 'EDEADLK'],
  ['No space left on device', 'ENOSPC'], ['Disk quota exceeded', 'EDQUOT'], ['Quota exceeded', 'EDQUOT'], ['File too large', 'EFBIG'],
  ['Too many open files in system', 'ENFILE'], ['Too many open files', 'EMFILE'], ['No file descriptors available', 'EMFILE'],
  ['Cannot allocate memory', 'ENOMEM'], ['Out of memory', 'ENOMEM'], ['No buffer space available', 'ENOBUFS'], ['Resource temporarily unavailable', 'EAGAIN'],
  ['Interrupted system call', 'EINTR'],
  ['Input/output error', 'EIO'], ['I/O error', 'EIO'], ['Remote I/O error', 'EREMOTEIO'], ['Memory page has hardware error', 'EHWPOISON'],
  ['Cannot send after transport endpoint shutdown', 'ESHUTDOWN'], ['Cannot send after socket shutdown', 'ESHUTDOWN'],
  ['Structure needs cleaning', 'EUCLEAN'], ['Data consistency error', 'EUCLEAN'], ['Bad message', 'EBADMSG'],
  ['No such device', 'ENODEV'], ['No such device or address', 'ENXIO'], ['No medium found', 'ENOMEDIUM'], ['Wrong medium type', 'EMEDIUMTYPE'],
  ['Transport endpoint is not connected', 'ENOTCONN'], ['Socket not connected', 'ENOTCONN'], ['Stale file handle', 'ESTALE'],
  ['Connection timed out', 'ETIMEDOUT'], ['Operation timed out', 'ETIMEDOUT'], ['Host is down', 'EHOSTDOWN'], ['No route to host', 'EHOSTUNREACH'], ['Host is unreachable', 'EHOSTUNREACH'],
  ['Network is down', 'ENETDOWN'], ['Network is unreachable', 'ENETUNREACH'], ['Network unreachable', 'ENETUNREACH'], ['Machine is not on the network', 'ENONET'],
  ['Connection refused', 'ECONNREFUSED'], ['Connection reset by peer', 'ECONNRESET'], ['Software caused connection abort', 'ECONNABORTED'], ['Connection aborted', 'ECONNABORTED'],
  ['Link has been severed', 'ENOLINK'], ['Protocol error', 'EPROTO'], ['Broken pipe', 'EPIPE'],
  ['Invalid argument', 'EINVAL'], ['Operation not supported', 'ENOTSUP'], ['Not supported', 'ENOTSUP'], ['Inappropriate ioctl for device', 'ENOTTY'], ['Not a tty', 'ENOTTY'],
  ['Function not implemented', 'ENOSYS'], ['Bad file descriptor', 'EBADF'], ['Illegal seek', 'ESPIPE'], ['Invalid seek', 'ESPIPE'],
]);

/** The errno that the end of a line says, behind what it was about; the first, where several do. */
export function errnoInText(text: string): string | undefined {
  return text.split('\n').flatMap((line) => texts.get(line.slice(line.lastIndexOf(':') + 1).trim()) ?? [])[0];
}
