# ruff: noqa: E501 - a line of a word list is one entry; broken entries are harder to check
"""Portuguese, European and Brazilian.

Source: written by hand for this project; no list was taken from elsewhere.
"""

from notes_pipeline.verification.tables.language import Language, Numbers, Thing, groups, listed, phrases, words

_UNITS = {
    word: value
    for value, word in enumerate(
        listed(
"zero _ dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete dezoito "
        "dezenove")
    )
    if word != "_"
} | {
    "duas": 2, "quatorze": 14, "dezasseis": 16, "dezassete": 17, "dezanove": 19, "cem": 100, "cento": 100,
    "duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300, "quatrocentos": 400, "quatrocentas": 400,
    "quinhentos": 500, "quinhentas": 500, "seiscentos": 600, "seiscentas": 600, "setecentos": 700, "setecentas": 700,
    "oitocentos": 800, "oitocentas": 800, "novecentos": 900, "novecentas": 900,
}  # fmt: skip
_ORDINALS = {
    stem + ending: value
    for value, stem in enumerate(listed("primeir segund terceir quart quint sext sétim oitav non décim"), start=1)
    for ending in ("o", "a", "os", "as")
}

PORTUGUESE = Language(
    code="pt",
    numbers=Numbers(
        units=_UNITS,
        tens={
            "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "setenta": 70, "oitenta": 80,
            "noventa": 90,
        },
        hundred={},
        scales={"mil": 10**3, "milhão": 10**6, "milhões": 10**6, "bilhão": 10**9, "bilhões": 10**9},
        ordinals=_ORDINALS,
        joiners=words("e"),
        point=words("vírgula ponto"),
        one=words("um uma"),
        has_decimal_comma=True,
        ones=words("um uma"),
        to=words("a"),
        parts={("e", "meio"): (1, 2), ("e", "meia"): (1, 2), ("e", "quarto"): (1, 4), ("e", "um", "quarto"): (1, 4)},
        part_names={"terços": 3, "quartos": 4, "quintos": 5, "décimos": 10},
        hours=words("h hora horas"),
        has_bare_times=True,
    ),
    common=words("o a os as de que e em um uma é não se por com para do da no na mas eu muito você"),
    fillers=words("hã ahn hum hm hmm mm é_ ã eh"),
    markers=phrases(
        "então, bem, bom, tipo, né, sabe, quer dizer, ou seja, assim, olha, pronto, pá, sim, é, e, mas, digamos, "
        "na verdade, não é, tá, sei lá, vamos dizer, entende, percebe, está a ver"
    ),
    negations=words("não nunca jamais nada ninguém nenhum nenhuma nenhuns nenhumas nem sem tampouco"),
    quantifiers=words(
        "todo todos toda todas tudo cada algum alguma alguns algumas vários várias muito muita muitos muitas pouco pouca "
        "poucos poucas mais menos maioria minoria metade ambos ambas bastante bastantes demasiado sempre frequentemente "
        "raramente só somente apenas alguém algo suficiente meio meia inteiro tanto tantos"
    ),
    hedges=phrases(
        "talvez, provavelmente, possivelmente, se calhar, aproximadamente, mais ou menos, quase, cerca de, acho, acho que, "
        "penso que, creio, creio que, parece, parecem, poderia, poderiam, deveria, deveriam, seria, seriam, pode ser, "
        "aparentemente, certamente, definitivamente, geralmente, normalmente, um pouco, na minha opinião, suponho, tomara, "
        "realmente, obviamente, imagino, teria, podia, devia"
    ),
    conditions=words("se salvo exceto quando caso"),
    pronouns=words(
        "eu me mim meu minha meus minhas tu te ti teu tua você vocês ele ela eles elas lhe lhes se seu sua seus suas nós nos "
        "nosso nossa vós isto isso aquilo este esta esse essa o a os as quem"
    ),
    function_words=words(
        "o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com e ou mas que quem qual como "
        "quando onde se porque ao à aos sobre entre até desde é sou és somos são era eram foi foram ser sido está estou "
        "estão estava estar há tem tenho têm tinha ter vai vou vão faz fazer pode posso podem deve eu tu ele ela você nós "
        "eles elas vocês me te se lhe lhes nos meu teu seu minha tua sua isto isso aquilo este esta esse essa muito também "
        "já assim aqui ali lá então"
    ),
    units=words(
        "porcento euro euros cêntimo cêntimos centavo centavos dólar dólares real reais libra libras segundo segundos minuto "
        "minutos hora horas dia dias semana semanas mês meses ano anos trimestre trimestres século séculos manhã tarde noite "
        "hoje ontem amanhã metro metros quilômetro quilômetros quilómetro quilómetros km grama gramas quilo quilos tonelada "
        "toneladas litro litros grau graus mil milhão milhões bilhão bilhões segunda terça quarta quinta sexta sábado domingo "
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro € $ £ ° minus percent"
    ),
    antonyms=groups("""
        bom boa bons boas melhor / mau má ruim maus más pior mal
        grande grandes / pequeno pequena pequenos pequenas
        longo longa comprido / curto curta
        alto alta altos altas / baixo baixa baixos baixas
        rápido rápida rapidamente depressa / lento lenta devagar lentamente
        fácil fáceis simples / difícil difíceis complicado complicada
        cedo / tarde
        velho velha antigo antiga / novo nova jovem novos novas
        forte fortes / fraco fraca fracos
        verdadeiro correto certo / falso errado errada incorreto
        quente / frio fria
        caro cara caros / barato barata baratos
        cheio cheia / vazio vazia
        aberto aberta abrir abre / fechado fechada fechar fecha
        dentro / fora
        cima acima / baixo abaixo
        antes / depois
        com / sem
        mais / menos
        muito muitos muita muitas / pouco poucos pouca poucas
        sempre / nunca jamais
        tudo todos / nada nenhum
        alguém / ninguém
        algo / nada
        ganhar ganhou ganho ganha / perder perdeu perdido perde
        subir subiu sobe aumentar aumentou aumento aumenta crescer cresceu / descer desceu desce diminuir diminuiu diminui cair caiu baixou
        começar começou começa início / terminar terminou termina acabar acabou fim
        vir veio / ir foi
        comprar comprou comprado / vender vendeu vendido
        contente feliz satisfeito satisfeita / descontente triste insatisfeito insatisfeita
        possível / impossível
        útil / inútil
        público pública / privado privada
        positivo positiva / negativo negativa
        aceitar aceitou aceite / recusar recusou rejeitar
        adoro gosto amo / odeio detesto
        esquerda / direita
        claro / escuro
        primeiro primeira / último última
        permitido / proibido
        limpo / sujo
        seguro segura / inseguro insegura perigoso
    """),
    negative_prefixes=("in", "im", "i", "des"),
    contractions={
        "tá": ("está",), "tô": ("estou",), "tava": ("estava",), "pra": ("para",), "pro": ("para", "o"),
        "pras": ("para", "as"), "pros": ("para", "os"), "cê": ("você",), "ok": ("okay",), "tou": ("estou",),
        "dum": ("de", "um"), "duma": ("de", "uma"), "num": ("em", "um"), "numa": ("em", "uma"),
    },
    same=groups("""
        e / and
        porcento / percent
        quilómetro / quilômetro
        facto / fato
        contacto / contato
    """),
    question_starts=words("que quem qual quais como quando quanto quantos quanta onde por porque pode podes você tem"),
    subjects=words("eu tu você vocês ele ela nós eles elas isto isso meu minha seu sua nosso nossa quem quando onde como"),
    determiners=words("seu sua seus suas meu minha teu tua nosso nossa o a os as este esta esse essa"),
    first_person=words("eu me mim meu minha meus minhas"),
    second_person=words("tu te ti teu tua você vocês"),
    backchannels=words("sim não pois claro certo ok okay exato exatamente bem bom entendo verdade está tá é isso ah oh que interessante obrigado obrigada e"),
    set_off_fillers=words(""),
    doubtful_fillers=words("eh ã"),
    relatives=words("que quem o"),
    link="e",
    emphatics=words("muito tão já sim também aqui ali lá assim"),
    doubts=words("talvez"),
    currencies={
        "€": "€", "euro": "€", "euros": "€", "$": "$", "dólar": "$", "dólares": "$", "reais": "r$", "real": "r$", "£": "£",
        "libras": "£",
    },
    things={"libras": Thing(money=words("esterlinas britânicas pence londres"))},
    percent=phrases("percent, porcento, por cento"),
    accents_matter=True,
    final_accents_tell=True,
)  # fmt: skip
