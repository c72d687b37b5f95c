declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}
declare module '*.css';

/** What Vite fills in. */
interface ImportMeta {
  readonly env: { readonly PROD: boolean };
}
