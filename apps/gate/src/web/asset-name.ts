/** Where a build puts what is named after its content. */
export const assetsFolder = 'assets';

/** A file named after its content, such as `index-B1a2C3d4.js`: whatever has the name has the same content. */
export const isContentName = (name: string): boolean =>
  name.length <= 128 && /^[\w.-]*[-.][\w-]{8,}\.[a-z0-9]+$/.test(name);
