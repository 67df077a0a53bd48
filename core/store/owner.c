#include "core/store/owner.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Who holds a run. A process id alone is used again after a while, means another process in another
 * container or on another machine, and nothing after a reboot; so an owner is the text
 *
 *   host name / boot id / inode of the pid namespace / pid / start time of the process
 */

enum
{
  HOST,
  BOOT,
  NAMESPACE,
  PID,
  START,
  N_PARTS,
};

/* Field 22 of /proc/PID/stat, clock ticks since boot; NULL when there is no such process, or only
 * what its parent has not collected yet. The name of the program, field 2, may hold anything, so
 * counting begins behind it.
 */
static char *
dup_start_time (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return NULL;
  fields = g_strsplit (rest, " ", 22);
  if (g_strv_length (fields) <= 20 || strchr ("ZXx", *fields[1]) != NULL)
    return NULL;
  return g_strdup (fields[20]);
}

static char *
make_self (void)
{
  g_autofree char *boot = NULL;
  g_autofree char *pid = g_strdup_printf ("%ld", (long)getpid ());
  g_autofree char *start = dup_start_time (pid);
  g_autofree char *host = g_strdelimit (g_strdup (g_get_host_name ()), "/", '-');
  struct stat status = { 0 };

  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
    g_strstrip (boot);
  stat ("/proc/self/ns/pid", &status);
  return g_strdup_printf ("%s/%s/%lu/%s/%s", host, boot != NULL ? boot : "",
                          (unsigned long)status.st_ino, pid, start != NULL ? start : "");
}

/**
 * kappa_owner_get_self:
 *
 * Returns: (transfer none): the name of this process, also right in the child of a fork
 */
const char *
kappa_owner_get_self (void)
{
  static GMutex mutex;
  static char *self;
  static pid_t made_by;

  g_mutex_lock (&mutex);
  if (self == NULL || made_by != getpid ())
    {
      g_free (self);
      self = make_self ();
      made_by = getpid ();
    }
  g_mutex_unlock (&mutex);
  return self;
}

gboolean
kappa_owner_is_self (const char *owner)
{
  return g_strcmp0 (owner, kappa_owner_get_self ()) == 0;
}

static gboolean
is_running (const char *pid, const char *start)
{
  g_autofree char *now = NULL;

  if (*pid == '\0' || strspn (pid, "0123456789") != strlen (pid))
    return FALSE;
  now = dup_start_time (pid);
  return now != NULL && strcmp (now, start) == 0;
}

/**
 * kappa_owner_is_alive:
 * @owner: (nullable): the name of a process
 * @heartbeat: when it was last heard of, microseconds since 1970 UTC, like @now
 *
 * A process of this machine and container is looked up; one from before this machine's last start
 * is dead; one of another machine or container is believed alive while its last heartbeat is
 * recent.
 */
gboolean
kappa_owner_is_alive (const char *owner, gint64 heartbeat, gint64 now)
{
  g_auto (GStrv) theirs = NULL, ours = NULL;

  if (owner == NULL)
    return FALSE;
  theirs = g_strsplit (owner, "/", N_PARTS);
  ours = g_strsplit (kappa_owner_get_self (), "/", N_PARTS);
  if (g_strv_length (theirs) != N_PARTS)
    return FALSE;
  if (strcmp (theirs[BOOT], ours[BOOT]) == 0 && strcmp (theirs[NAMESPACE], ours[NAMESPACE]) == 0)
    return is_running (theirs[PID], theirs[START]);
  if (strcmp (theirs[HOST], ours[HOST]) == 0 && strcmp (theirs[BOOT], ours[BOOT]) != 0)
    return FALSE;
  /* A clock that is ahead of ours must not keep a run for ever. */
  return heartbeat > now - KAPPA_OWNER_PATIENCE && heartbeat < now + KAPPA_OWNER_PATIENCE;
}
