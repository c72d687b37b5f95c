const reasons: Record<string, string> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'it can only be read from there',
  ENOSPC: 'there is no room left on its disk',
  EDQUOT: 'the quota of this user is used up',
  ENOTDIR: 'a part of that path is a file',
  EEXIST: 'something else has that name',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'this process may open no more files (ulimit -n)',
  ENFILE: 'this machine may open no more files',
};

/** What the operating system refused, in words; undefined when the error is none of its. `place` stands in where it names none. */
export function systemReason(error: unknown, place?: string): string | undefined {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  const isUnmakable = code === 'ENOENT' && syscall === 'mkdir';
  const reason = isUnmakable ? 'no folder can be made there' : (reasons[code] ?? (error as Error).message);
  const where = path ?? place;
  return where === undefined ? reason : `${where}: ${reason}`;
}
