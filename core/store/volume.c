#include "core/store/volume.h"

#include <sys/vfs.h>

/* The magic numbers of statfs(2) of file systems whose memory maps and locks are not shared by all
 * machines that mount them: SQLite's write-ahead log needs both. Names as in the kernel's magic.h
 * and the file systems' own sources; a FUSE mount may be anything, sshfs among others.
 */
static const guint32 shared[] = {
  0x00006969, /* NFS */
  0x0000517b, /* SMB */
  0xff534d42, /* CIFS */
  0xfe534d42, /* SMB2 */
  0x01021997, /* 9P */
  0x65735546, /* FUSE */
  0x5346414f, /* OpenAFS */
  0x6b414653, /* kAFS */
  0x73757245, /* Coda */
  0x00c36400, /* Ceph */
  0x0bd00bd0, /* Lustre */
  0x47504653, /* GPFS */
  0x19830326, /* BeeGFS */
  0x7461636f, /* OCFS2 */
  0x01161970, /* GFS2 */
  0xaad7aaea, /* PanFS */
  0x20030528, /* OrangeFS */
  0x786f4256, /* VirtualBox shared folder */
  0x0000564c, /* NCP */
  0x61756673, /* aufs, whatever lies below */
};

gboolean
kappa_volume_magic_is_shared (guint32 magic)
{
  for (gsize i = 0; i < G_N_ELEMENTS (shared); i++)
    if (shared[i] == magic)
      return TRUE;
  return FALSE;
}

/**
 * kappa_volume_is_shared:
 * @path: a file or directory that exists
 *
 * The environment variable KAPPA_JOURNAL, "log" or "rollback", is there for those who know their
 * file system better.
 *
 * Returns: whether other machines may have the same file system mounted; %TRUE when nobody can say
 */
gboolean
kappa_volume_is_shared (const char *path)
{
  const char *wanted = g_getenv ("KAPPA_JOURNAL");
  struct statfs status;

  if (g_strcmp0 (wanted, "log") == 0)
    return FALSE;
  if (g_strcmp0 (wanted, "rollback") == 0)
    return TRUE;
  return statfs (path, &status) != 0 || kappa_volume_magic_is_shared ((guint32)status.f_type);
}
