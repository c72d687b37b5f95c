import type { LinkRequest } from '@berth/wire/files';
import styles from './face.module.css';
import { Picture } from './picture.tsx';

/** A person's or a group's picture, in the size of what it is over. */
export const FacePicture = ({ request }: { request: LinkRequest }) => (
  <span className={styles.face}>
    <Picture request={request} variant="small" isBare />
  </span>
);
