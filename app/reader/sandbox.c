#include "app/reader/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Twice the largest answer, for the values and what libhdf5 makes them from, and some room for
 * itself. */
#define MEMORY      ((rlim_t)2560 << 20)
#define CPU_SECONDS 120

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* A sanitizer keeps its shadow in terabytes of address space, and opens files to report. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static void
limit (int resource, rlim_t value)
{
  struct rlimit both;

  if (getrlimit (resource, &both) != 0)
    return;
  if (both.rlim_max != RLIM_INFINITY && value > both.rlim_max)
    value = both.rlim_max;
  both.rlim_cur = both.rlim_max = value;
  setrlimit (resource, &both);
}

/* Takes away what is not needed even to start: memory, time, files, privileges, other descriptors.
 */
void
reader_limit (void)
{
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, 0);
  limit (RLIMIT_CPU, CPU_SECONDS);
  if (!SANITIZED)
    limit (RLIMIT_AS, MEMORY);
#ifdef SYS_close_range
  syscall (SYS_close_range, KAPPA_READER_SOCKET + 1, ~0u, 0);
#endif
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

#ifdef ARCHITECTURE

#define LOAD(field)      BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, field))
#define ALLOW            BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE           BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW_CALL(name) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), ALLOW
/* Memory may be had, but not memory that can be run. The low half of an argument comes first on
 * both machines. */
#define ALLOW_NO_EXEC(name)                                                                        \
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), LOAD (args[2]),                         \
      BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1), REFUSE, ALLOW

static const struct sock_filter rules[] = {
  LOAD (arch),
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
  BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  LOAD (nr),
  ALLOW_CALL (read),
  ALLOW_CALL (pread64),
  ALLOW_CALL (write),
  ALLOW_CALL (brk),
  ALLOW_CALL (munmap),
  ALLOW_CALL (mremap),
  ALLOW_CALL (madvise),
  ALLOW_CALL (futex),
  ALLOW_CALL (clock_gettime),
  ALLOW_CALL (gettimeofday),
  ALLOW_CALL (getrandom),
  ALLOW_CALL (rt_sigreturn),
  ALLOW_CALL (exit),
  ALLOW_CALL (exit_group),
  ALLOW_NO_EXEC (mmap),
  ALLOW_NO_EXEC (mprotect),
  REFUSE,
};

/* From here on: read the file, talk over the socket, ask for memory, end. Where the kernel cannot
 * do that, the limits above remain.
 */
void
reader_seal (void)
{
  const struct sock_fprog program = { sizeof rules / sizeof *rules, (struct sock_filter *)rules };

  if (!SANITIZED)
    prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

void
reader_seal (void)
{
}

#endif
