import styles from './link-preview.module.css';

/** As large as a preview that is not there yet. */
export const PreviewSpace = () => (
  <div className={styles.place} data-preview aria-hidden>
    <div className={styles.card} />
  </div>
);
