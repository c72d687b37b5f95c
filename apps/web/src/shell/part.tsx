import { CloudAlert } from 'lucide-react';
import {
  Component,
  type ComponentType,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useState,
} from 'react';
import { Button } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { useText } from '../i18n/language.tsx';
import { WorkspaceContext } from '../state/workspace-context.ts';
import { loadPart } from './load-part.ts';
import { useNotice } from './notices.tsx';
import { reloadOnce } from './reload-once.ts';
import styles from './shell.module.css';

/**
 * Where a part stands: in place of the page or of a room, within something that is there already, or before it, closed by
 * `onClose`.
 */
type Place = 'page' | 'room' | 'within' | 'dialog';

/**
 * A part of the client that is loaded when it is shown. One that cannot be had, or fails, says so in its place, may be
 * tried again, and leaves the rest of the page as it is.
 */
export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P>>,
  place: Place,
  fallback?: ReactNode,
): ComponentType<P> {
  const make = (): ComponentType<P> => {
    const part: ComponentType<P> = lazy(async () => {
      try {
        return { default: await loadPart(load) };
      } catch (error) {
        // Who shows it next tries anew.
        if (newest === part) newest = make();
        throw error;
      }
    }) as unknown as ComponentType<P>;
    return part;
  };
  // Kept for all that show it, as React's own are.
  let newest = make();
  return function Part(props: P) {
    const [{ Loaded }, setLoaded] = useState({ Loaded: newest });
    const retry = () => {
      newest = make();
      setLoaded({ Loaded: newest });
    };
    return (
      <Guarded place={place} onRetry={retry} onClose={closerOf(props)}>
        <Suspense fallback={fallback}>
          <Loaded {...props} />
        </Suspense>
      </Guarded>
    );
  };
}

const closerOf = (props: object): (() => void) | undefined =>
  'onClose' in props && typeof props.onClose === 'function' ? (props.onClose as () => void) : undefined;

interface GuardedProps {
  place: Place;
  children: ReactNode;
  onRetry?: () => void;
  onClose?: (() => void) | undefined;
}

/** What fails within is said in its place; the rest of the page stays. */
export class Guarded extends Component<GuardedProps> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    const { place, children, onRetry, onClose } = this.props;
    if (!this.state.failed) return children;
    const retry = () => {
      onRetry?.();
      this.setState({ failed: false });
    };
    return <PartFailure place={place} onRetry={retry} onClose={onClose} />;
  }
}

function PartFailure({
  place,
  onRetry,
  onClose,
}: {
  place: Place;
  onRetry: () => void;
  onClose: (() => void) | undefined;
}) {
  const text = useText();
  const notice = useNotice();
  const workspace = useContext(WorkspaceContext);
  useEffect(() => {
    void reloadOnce(workspace);
  }, [workspace]);
  useEffect(() => {
    window.addEventListener('online', onRetry);
    return () => window.removeEventListener('online', onRetry);
  });
  const isDialog = place === 'dialog';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once; who opens it again has tried again
  useEffect(() => {
    if (!isDialog) return;
    notice(text('part.failed'), 'failure');
    // One that nobody opened, and nobody can open again, comes when the browser is online again.
    if (!onClose) return;
    onRetry();
    onClose();
  }, []);
  if (isDialog) return null;
  const words = (
    <EmptyState
      icon={CloudAlert}
      title={text('part.failed')}
      heading={place === 'within' ? 'h2' : 'h1'}
      action={
        <>
          <Button onClick={onRetry}>{text('action.retry')}</Button>
          <Button look="quiet" onClick={() => location.reload()}>
            {text('part.reload')}
          </Button>
        </>
      }
    >
      {text('part.failed.text')}
    </EmptyState>
  );
  if (place === 'page') return <main className={styles.loading}>{words}</main>;
  if (place === 'room') return <main className={styles.room}>{words}</main>;
  return words;
}
