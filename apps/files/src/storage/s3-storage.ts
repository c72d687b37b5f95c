import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type MetadataValue, S3Store } from '@tus/s3-store';
import { LRUCache } from 'lru-cache';
import type { StorageConfig } from '../config.ts';
import {
  type ContentHeaders,
  type FileStorage,
  type FileVariant,
  fileVariants,
  type LinkedVariant,
  readAll,
} from './file-storage.ts';

type S3Config = Extract<StorageConfig, { kind: 's3' }>;

/** Bytes of a part; one is written to a local disk before it goes out. */
const partBytes = 8 * 1_048_576;
/** What is known of uploads under way, at most: the library would keep it of all. */
const maxKnown = 1_000;

/** Files in a bucket: `ID`, its previews `ID.VARIANT`, and tus's own `ID.info` and `ID.part`. */
export class S3Storage implements FileStorage {
  readonly uploads: S3Store;
  readonly scratch = join(tmpdir(), 'berth-files');
  readonly #bucket: string;
  readonly #client: S3Client;
  /** Signs for where clients reach it. */
  readonly #signer: S3Client;

  constructor(config: S3Config, expiryMs: number) {
    const { bucket, region, endpoint, publicEndpoint, pathStyle } = config;
    const options = {
      region,
      forcePathStyle: pathStyle,
      requestHandler: { connectionTimeout: 3_000, requestTimeout: 60_000 },
      // Other servers than AWS's do not all know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED' as const,
      responseChecksumValidation: 'WHEN_REQUIRED' as const,
    };
    const at = (where: string | undefined) => ({
      ...options,
      ...(where !== undefined && { endpoint: where }),
    });
    this.#bucket = bucket;
    this.#client = new S3Client(at(endpoint));
    this.#signer = publicEndpoint === undefined ? this.#client : new S3Client(at(publicEndpoint));
    this.uploads = new S3Store({
      partSize: partBytes,
      maxConcurrentPartUploads: 16,
      useTags: false,
      expirationPeriodInMilliseconds: expiryMs,
      cache: boundedStore(),
      s3ClientConfig: { ...at(endpoint), bucket },
    });
  }

  async prepare(): Promise<void> {
    await mkdir(this.scratch, { recursive: true, mode: 0o700 });
  }

  async read(
    file: string,
    offset: number,
    bytes: number,
    variant: FileVariant = 'original',
  ): Promise<Buffer> {
    const Range = `bytes=${offset}-${offset + bytes - 1}`;
    const { Body } = await this.#client.send(
      new GetObjectCommand({ Bucket: this.#bucket, Key: keyOf(file, variant), Range }),
    );
    return readAll(Body as Readable, bytes);
  }

  async sizeOf(file: string, variant: FileVariant): Promise<number | undefined> {
    try {
      const Key = keyOf(file, variant);
      return (await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key }))).ContentLength;
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
        return undefined;
      throw error;
    }
  }

  async open(file: string): Promise<{ path: string; done(): Promise<void> }> {
    const folder = await mkdtemp(join(this.scratch, 'open-'));
    const path = join(folder, 'file');
    const done = () => rm(folder, { recursive: true, force: true });
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: file }));
      await pipeline(Body as Readable, createWriteStream(path));
      return { path, done };
    } catch (error) {
      await done();
      throw error;
    }
  }

  async put(file: string, variant: FileVariant, path: string, type: string): Promise<void> {
    const { size } = await stat(path);
    await this.#client.send(
      new PutObjectCommand({
        ...{ Bucket: this.#bucket, Key: keyOf(file, variant), ContentType: type },
        ...{ Body: createReadStream(path), ContentLength: size },
      }),
    );
    await rm(path, { force: true });
  }

  async remove(file: string): Promise<void> {
    // The library gives a broken upload up, but leaves a whole one where it is.
    await this.uploads.remove(file).catch((error: { status_code?: number }) => {
      if (error.status_code !== 404) throw error;
    });
    const keys = [...fileVariants.map((variant) => keyOf(file, variant)), `${file}.info`, `${file}.part`];
    await this.#client.send(
      new DeleteObjectsCommand({
        Bucket: this.#bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
      }),
    );
  }

  async content(
    file: string,
    variant: LinkedVariant,
    headers: ContentHeaders,
    expiresAt: number,
  ): Promise<{ redirect: string }> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: keyOf(file, variant),
      ResponseContentType: headers['content-type'],
      ResponseContentDisposition: headers['content-disposition'],
      ResponseCacheControl: headers['cache-control'],
    });
    const expiresIn = Math.max(1, Math.ceil((expiresAt - Date.now()) / 1_000));
    return { redirect: await getSignedUrl(this.#signer, command, { expiresIn }) };
  }

  async check(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
  }
}

const keyOf = (file: string, variant: FileVariant): string =>
  variant === 'original' ? file : `${file}.${variant}`;

function boundedStore() {
  const known = new LRUCache<string, MetadataValue>({ max: maxKnown });
  return {
    get: async (key: string) => known.get(key),
    set: async (key: string, value: MetadataValue) => void known.set(key, value),
    delete: async (key: string) => void known.delete(key),
  };
}
