-- What must be there before the first customer: settings, calendar, carriers, remote zones, grades, claim reasons.
-- Ids of rows that come with the schema are fixed: 00000000-0000-7000-8000-, a number per table, a number per row.

insert into system_settings (key, kind, value, description, updated_at)
select key, 'setting', value::jsonb, description, '2026-01-01 00:00+09'
from (values
    ('auto_confirm_days',           '7',    'days from delivery to automatic purchase confirmation'),
    ('reservation_minutes',         '45',   'how long an unpaid order holds stock: 30 min window + 10 min confirm + 5'),
    ('virtual_account_hours',       '24',   'how long a virtual account waits for its deposit (the PG allows 720)'),
    ('payment_min_amount',          '100',  'least amount the PG takes; 0 is paid without it'),
    ('quote_minutes',               '30',   'how long a checkout quote is good for'),
    ('dispatch_business_days',      '3',    'business days from payment to dispatch'),
    ('refund_business_days',        '3',    'business days from return of the goods to the refund'),
    ('cancel_answer_business_days', '2',    'business days after which an unanswered cancel approves itself'),
    ('delay_interest_rate',         '0.15', 'yearly interest on a refund that is late'),
    ('return_fee_limit',            '20000', 'most a seller may charge for a return, one way'),
    ('point_validity_months',       '60',   'months a points lot lives'),
    ('point_regrant_days',          '30',   'days a lot given back after its expiry lives'),
    ('settlement_issue_business_days',   '1', 'business days from calculated to issued'),
    ('settlement_confirm_business_days', '3', 'business days after which an issued statement confirms itself'),
    ('settlement_legal_limit_days', '40',   'days from purchase confirmation by which a seller must be paid')
) s (key, value, description);

-- Public and substitute holidays of Korea. Election days and temporary holidays are added when they are announced.
insert into business_holidays (id, holiday_date, kind, name)
select ('00000000-0000-7000-8000-0002' || to_char(day, 'YYYYMMDD'))::uuid, day, kind, name
from (values
    (date '2026-01-01', 'public', '신정'),
    (date '2026-02-16', 'public', '설날 전날'),
    (date '2026-02-17', 'public', '설날'),
    (date '2026-02-18', 'public', '설날 다음 날'),
    (date '2026-03-01', 'public', '3·1절'),
    (date '2026-03-02', 'substitute', '3·1절 대체공휴일'),
    (date '2026-05-01', 'public', '노동절'),
    (date '2026-05-05', 'public', '어린이날'),
    (date '2026-05-24', 'public', '부처님오신날'),
    (date '2026-05-25', 'substitute', '부처님오신날 대체공휴일'),
    (date '2026-06-03', 'public', '전국동시지방선거'),
    (date '2026-06-06', 'public', '현충일'),
    (date '2026-07-17', 'public', '제헌절'),
    (date '2026-08-15', 'public', '광복절'),
    (date '2026-08-17', 'substitute', '광복절 대체공휴일'),
    (date '2026-09-24', 'public', '추석 전날'),
    (date '2026-09-25', 'public', '추석'),
    (date '2026-09-26', 'public', '추석 다음 날'),
    (date '2026-10-03', 'public', '개천절'),
    (date '2026-10-05', 'substitute', '개천절 대체공휴일'),
    (date '2026-10-09', 'public', '한글날'),
    (date '2026-12-25', 'public', '기독탄신일'),
    (date '2027-01-01', 'public', '신정'),
    (date '2027-02-06', 'public', '설날 전날'),
    (date '2027-02-07', 'public', '설날'),
    (date '2027-02-08', 'public', '설날 다음 날'),
    (date '2027-02-09', 'substitute', '설날 대체공휴일'),
    (date '2027-03-01', 'public', '3·1절'),
    (date '2027-05-01', 'public', '노동절'),
    (date '2027-05-03', 'substitute', '노동절 대체공휴일'),
    (date '2027-05-05', 'public', '어린이날'),
    (date '2027-05-13', 'public', '부처님오신날'),
    (date '2027-06-06', 'public', '현충일'),
    (date '2027-07-17', 'public', '제헌절'),
    (date '2027-07-19', 'substitute', '제헌절 대체공휴일'),
    (date '2027-08-15', 'public', '광복절'),
    (date '2027-08-16', 'substitute', '광복절 대체공휴일'),
    (date '2027-09-14', 'public', '추석 전날'),
    (date '2027-09-15', 'public', '추석'),
    (date '2027-09-16', 'public', '추석 다음 날'),
    (date '2027-10-03', 'public', '개천절'),
    (date '2027-10-04', 'substitute', '개천절 대체공휴일'),
    (date '2027-10-09', 'public', '한글날'),
    (date '2027-10-11', 'substitute', '한글날 대체공휴일'),
    (date '2027-12-25', 'public', '기독탄신일'),
    (date '2027-12-27', 'substitute', '기독탄신일 대체공휴일')
) h (day, kind, name);

-- Carriers by name, with SweetTracker, Naver and Delivery Tracker codes. {invoice_no} stands for the number.
insert into carriers (code, name, sweettracker_code, naver_code, tracker_id, invoice_pattern, tracking_url) values
    ('CJ', 'CJ대한통운', '04', 'CJGLS', 'kr.cjlogistics', '^[0-9]{10}([0-9]{2})?$',
     'https://trace.cjlogistics.com/next/tracking.html?wblNo={invoice_no}'),
    ('HANJIN', '한진택배', '05', 'HANJIN', 'kr.hanjin', '^[0-9]{10}([0-9]{2})?$',
     'https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do?mCode=MN038&schLang=KR&wblnumText2={invoice_no}'),
    ('LOGEN', '로젠택배', '06', 'KGB', 'kr.logen', '^[0-9]{11}$',
     'https://www.ilogen.com/web/personal/trace/{invoice_no}'),
    ('LOTTE', '롯데택배', '08', 'HYUNDAI', 'kr.lotte', '^[0-9]{10,13}$',
     'https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo={invoice_no}'),
    ('EPOST', '우체국택배', '01', 'EPOST', 'kr.epost', '^[0-9]{13}$',
     'https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1={invoice_no}'),
    ('KYUNGDONG', '경동택배', '23', 'KDEXP', 'kr.kdexp', '^[0-9]{8,16}$',
     'https://kdexp.com/deliverySearch?barcode={invoice_no}'),
    ('DAESIN', '대신택배', '22', 'DAESIN', 'kr.daesin', '^[0-9]{13}$',
     'https://www.ds3211.co.kr/freight/internalFreightSearch.ht?billno={invoice_no}');

-- Remote zones (제주, 도서산간) by postcode.
insert into remote_area_surcharges (id, zone, postcode_from, postcode_to, default_surcharge)
select ('00000000-0000-7000-8000-0004000' || postcode_from)::uuid, zone, postcode_from, postcode_to,
       case zone when 'jeju' then 3000 else 5000 end
from (values
    ('jeju',   '63000', '63644'), -- 제주
    ('island', '22386', '22388'), -- 인천 중구
    ('island', '23004', '23010'), -- 강화
    ('island', '23100', '23116'), -- 옹진
    ('island', '23124', '23136'), -- 옹진
    ('island', '31708', '31708'), -- 당진
    ('island', '32133', '32133'), -- 태안
    ('island', '33411', '33411'), -- 보령
    ('island', '40200', '40240'), -- 울릉
    ('island', '46768', '46771'), -- 부산 강서
    ('island', '52570', '52571'), -- 사천
    ('island', '53031', '53033'), -- 통영
    ('island', '53089', '53104'), -- 통영
    ('island', '54000', '54000'), -- 군산
    ('island', '56347', '56349'), -- 부안
    ('island', '57068', '57069'), -- 영광
    ('island', '58760', '58762'), -- 목포
    ('island', '58800', '58810'), -- 신안
    ('island', '58816', '58818'), -- 신안
    ('island', '58826', '58826'), -- 신안
    ('island', '58828', '58866'), -- 신안
    ('island', '58953', '58958'), -- 진도
    ('island', '59102', '59103'), -- 완도
    ('island', '59106', '59106'), -- 완도
    ('island', '59127', '59127'), -- 완도
    ('island', '59129', '59129'), -- 완도
    ('island', '59137', '59170'), -- 완도
    ('island', '59650', '59650'), -- 여수
    ('island', '59766', '59766'), -- 여수
    ('island', '59781', '59790')  -- 여수
) z (zone, postcode_from, postcode_to);

insert into membership_grades (id, code, name, rank, min_spend_12m, discount_rate, point_rate) values
    ('00000000-0000-7000-8000-000500000001', 'BRONZE',   '브론즈',   1,         0, 0,    0.005),
    ('00000000-0000-7000-8000-000500000002', 'SILVER',   '실버',     2,    200000, 0.01, 0.01),
    ('00000000-0000-7000-8000-000500000003', 'GOLD',     '골드',     3,    500000, 0.02, 0.01),
    ('00000000-0000-7000-8000-000500000004', 'PLATINUM', '플래티넘', 4,   1000000, 0.03, 0.015),
    ('00000000-0000-7000-8000-000500000005', 'DIAMOND',  '다이아몬드', 5, 3000000, 0.04, 0.02);

insert into claim_reasons (code, claim_types, given_by, name, fault, needs_evidence, position) values
    ('INTENT_CHANGED',   '{cancel,return}',          'customer', '단순 변심',                 'buyer',    false, 10),
    ('WRONG_ORDER',      '{cancel,return,exchange}', 'customer', '주문 실수',                 'buyer',    false, 20),
    ('COLOR_AND_SIZE',   '{cancel,return,exchange}', 'customer', '색상 및 사이즈 변경',       'buyer',    false, 30),
    ('DELAYED_DELIVERY', '{cancel,return}',          'customer', '배송 지연',                 'seller',   false, 40),
    ('NOT_RECEIVED',     '{return,exchange}',        'customer', '상품 미수령',               'seller',   false, 50),
    ('BROKEN',           '{return,exchange}',        'customer', '상품 파손 및 불량',         'seller',   true,  60),
    ('WRONG_DELIVERY',   '{return,exchange}',        'customer', '다른 상품 오배송',          'seller',   true,  70),
    ('WRONG_OPTION',     '{return,exchange}',        'customer', '다른 색상·사이즈 배송',     'seller',   true,  80),
    ('INCORRECT_INFO',   '{return,exchange}',        'customer', '상품 정보와 다름',          'seller',   true,  90),
    ('SOLD_OUT',         '{cancel,exchange}',        'seller',   '품절',                      'seller',   false, 110),
    ('DEFECT_FOUND',     '{cancel}',                 'seller',   '출고 전 하자 발견',         'seller',   false, 120),
    ('WRONG_PRICE',      '{cancel}',                 'seller',   '가격 오류',                 'seller',   false, 130),
    ('LOST_IN_TRANSIT',  '{return,exchange}',        'admin',    '배송 중 분실',              'seller',   false, 210),
    ('SYSTEM_ERROR',     '{cancel,return,exchange}', 'admin',    '시스템 오류',               'platform', false, 220),
    ('OPERATOR_ERROR',   '{cancel,return,exchange}', 'admin',    '운영자 처리 오류',          'platform', false, 230);
