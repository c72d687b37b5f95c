import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The file that tells a cluster of KEDA's ScaledObject, from its makers' Go module; undefined where it cannot be had. */
export function kedaKinds(): string | undefined {
  const args = ['mod', 'download', '-json', 'github.com/kedacore/keda/v2@v2.18.1'];
  // Outside of any module of its own.
  const { status, stdout } = spawnSync('go', args, { cwd: '/', encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) return undefined;
  return join((JSON.parse(stdout) as { Dir: string }).Dir, 'config/crd/bases/keda.sh_scaledobjects.yaml');
}
