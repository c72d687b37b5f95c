import type { Attachment } from '@berth/client';
import type { LinkRequest } from '@berth/wire/files';
import PhotoSwipe, { type SlideData } from 'photoswipe';
import 'photoswipe/style.css';
import type { Text } from '../i18n/catalogue.ts';
import styles from './lightbox.module.css';
import type { FileLinks } from './links.ts';
import { saveFrom } from './save-from.ts';
import { blurOf } from './thumbhash.ts';

export interface Slide {
  attachment: Attachment;
  request: LinkRequest;
}

const zoomStep = 1.5;
/** As high as the controls of a video. */
const controlsPx = 80;

/** Shows pictures and videos in full: keys, swipes, zoom, and saving. The focus goes back to where it was. */
export function openLightbox({
  links,
  text,
  slides,
  index,
  from,
}: {
  links: Pick<FileLinks, 'fetch'>;
  text: Text;
  slides: readonly Slide[];
  index: number;
  from: HTMLElement;
}): void {
  const box = new PhotoSwipe({
    dataSource: slides.map(({ attachment }) => slideOf(attachment)),
    index,
    loop: false,
    bgOpacity: 0.94,
    showHideAnimationType: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'none' : 'fade',
    closeTitle: text('action.close'),
    zoomTitle: text('files.lightbox.zoom'),
    arrowPrevTitle: text('files.lightbox.previous'),
    arrowNextTitle: text('files.lightbox.next'),
    errorMsg: text('files.lightbox.failed'),
    returnFocus: false,
    secondaryZoomLevel: 2,
    maxZoomLevel: 6,
  });
  const videos = new Set<HTMLVideoElement>();

  box.on('uiRegister', () => {
    box.ui?.registerElement({
      name: 'save',
      order: 8,
      isButton: true,
      title: text('files.save'),
      ariaLabel: text('files.save'),
      html: {
        isCustomSVG: true,
        inner: '<path d="M14.5 6h3v9H22l-6 6.5-6-6.5h4.5zM9 23h14v2.5H9z" id="pswp-save"/>',
        outlineID: 'pswp-save',
      },
      onClick: () => {
        const { request, attachment } = slides[box.currIndex]!;
        void links.fetch(request).then(
          ({ urls }) => saveFrom(urls!.download, attachment.name),
          () => {},
        );
      },
    });
  });

  box.addFilter('isContentZoomable', (zoomable, content) => zoomable || content.type === 'photo');
  box.addFilter('useContentPlaceholder', (used, content) => used || content.type === 'photo');

  // What is shown has its address asked for when it comes near.
  box.on('contentLoad', (event) => {
    const { content } = event;
    const { attachment, request } = slides[content.index]!;
    event.preventDefault();
    content.state = 'loading';
    if (attachment.kind === 'video') {
      const video = document.createElement('video');
      video.controls = true;
      video.playsInline = true;
      video.preload = 'metadata';
      video.className = styles.video!;
      video.setAttribute('aria-label', attachment.name);
      // What sets its position or its volume swipes nothing.
      video.addEventListener('pointerdown', (pressed) => {
        if (pressed.offsetY > video.clientHeight - controlsPx) pressed.stopPropagation();
      });
      videos.add(video);
      const frame = document.createElement('div');
      frame.append(video);
      content.element = frame;
      content.state = 'loaded';
      content.onLoaded();
      void links.fetch(request).then(
        ({ urls }) => {
          video.src = urls!.original;
          if (box.currIndex === content.index) void video.play().catch(() => {});
        },
        () => content.onError(),
      );
      return;
    }
    const image = document.createElement('img');
    image.className = 'pswp__img';
    image.alt = attachment.name;
    image.decoding = 'async';
    content.element = image;
    image.onload = () => content.onLoaded();
    image.onerror = () => content.onError();
    void links.fetch(request).then(
      ({ urls }) => {
        image.src = urls!.original;
      },
      () => content.onError(),
    );
  });
  box.on('change', () => {
    for (const video of videos) if (!box.currSlide?.content.element?.contains(video)) video.pause();
  });
  box.on('keydown', (event) => {
    const { originalEvent } = event;
    const slide = box.currSlide;
    if (!slide) return;
    if (originalEvent.key === '+' || originalEvent.key === '=') zoomBy(box, zoomStep);
    else if (originalEvent.key === '-') zoomBy(box, 1 / zoomStep);
    else return;
    originalEvent.preventDefault();
    event.preventDefault();
  });
  box.on('bindEvents', () => {
    const element = box.element!;
    element.setAttribute('aria-label', text('files.lightbox'));
    element.setAttribute('aria-modal', 'true');
  });
  box.on('destroy', () => {
    for (const video of videos) {
      video.pause();
      video.removeAttribute('src');
      video.load();
    }
    from.focus({ preventScroll: true });
  });
  box.init();
}

function zoomBy(box: PhotoSwipe, factor: number): void {
  const slide = box.currSlide!;
  const level = Math.min(slide.zoomLevels.max, Math.max(slide.zoomLevels.min, slide.currZoomLevel * factor));
  slide.zoomTo(level, undefined, 150);
}

function slideOf({ kind, width = 1_280, height = 720, thumbhash }: Attachment): SlideData {
  const blur = thumbhash && blurOf(thumbhash);
  return kind === 'video'
    ? { type: 'video', width, height }
    : { type: 'photo', width, height, ...(blur && { msrc: blur }) };
}
